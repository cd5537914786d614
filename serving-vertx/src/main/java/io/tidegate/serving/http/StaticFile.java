package io.tidegate.serving.http;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * A file that is shipped inside the gateway, held in memory.
 *
 * @param path where it is served
 * @param compressed the same with gzip, where there is such a form
 * @param etag of its content, with quotes
 * @param immutable whether its name changes with its content, so that it may be kept for ever
 */
public record StaticFile(
        String path, String contentType, Buffer content, Optional<Buffer> compressed, String etag, boolean immutable) {

    private static final int ETAG_BYTES = 16;

    /** A file that browsers ask about again each time. */
    public static StaticFile of(String path, String contentType, byte[] bytes) {
        return new StaticFile(path, contentType, Buffer.buffer(bytes), Optional.empty(), etag(bytes), false);
    }

    /** The same file under a name that changes with its content. */
    public StaticFile asImmutable() {
        return new StaticFile(path, contentType, content, compressed, etag, true);
    }

    /** The same file, also with gzip where that makes it smaller. */
    public StaticFile withGzip() {
        byte[] zipped = gzip(content.getBytes());
        return new StaticFile(
                path,
                contentType,
                content,
                zipped.length < content.length() ? Optional.of(Buffer.buffer(zipped)) : Optional.empty(),
                etag,
                immutable);
    }

    /**
     * @param resource beside the class, or from the root of the class path if it begins with {@code /}
     * @throws IllegalStateException if there is none
     */
    public static byte[] resource(Class<?> beside, String resource) {
        try (InputStream in = beside.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing on the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String etag(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return '"' + HexFormat.of().formatHex(digest, 0, ETAG_BYTES) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
