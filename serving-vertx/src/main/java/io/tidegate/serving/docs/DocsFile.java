package io.tidegate.serving.docs;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Properties;

/**
 * A file of the page, held in memory.
 *
 * @param path where it is served
 * @param etag of its content, with quotes
 */
record DocsFile(String path, String contentType, Buffer content, String etag) {

    private static final String POM = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";
    private static final int ETAG_BYTES = 16;

    /**
     * @param resource beside this class
     */
    static DocsFile own(String path, String resource, String contentType) {
        return load(path, resource, contentType);
    }

    /**
     * @param name of a file of Swagger UI, as its package on the class path has it
     */
    static DocsFile ofSwaggerUi(String path, String name, String contentType) {
        try (InputStream in = DocsFile.class.getResourceAsStream(POM)) {
            if (in == null) {
                throw new IllegalStateException("Swagger UI is missing on the class path");
            }
            Properties pom = new Properties();
            pom.load(in);
            return load(
                    path,
                    "/META-INF/resources/webjars/swagger-ui/" + pom.getProperty("version") + "/" + name,
                    contentType);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DocsFile load(String path, String resource, String contentType) {
        try (InputStream in = DocsFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing on the class path");
            }
            byte[] bytes = in.readAllBytes();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new DocsFile(
                    path,
                    contentType,
                    Buffer.buffer(bytes),
                    '"' + HexFormat.of().formatHex(digest, 0, ETAG_BYTES) + '"');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
