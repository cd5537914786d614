package io.tidegate.serving.console;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file that is shipped inside the gateway, held in memory.
 *
 * @param path where it is served
 * @param etag of its content, with quotes
 */
record PageFile(String path, String contentType, Buffer content, String etag) {

    private static final int ETAG_BYTES = 16;

    /**
     * @param resource beside this class
     */
    static PageFile load(String path, String resource, String contentType) {
        try (InputStream in = PageFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing in the gateway's jar");
            }
            byte[] bytes = in.readAllBytes();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            String etag = '"' + HexFormat.of().formatHex(digest, 0, ETAG_BYTES) + '"';
            return new PageFile(path, contentType, Buffer.buffer(bytes), etag);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
