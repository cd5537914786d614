package io.tidegate.serving.console;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * A file that is shipped inside the gateway, held in memory.
 *
 * @param path where it is served
 * @param compressed the same with gzip, where that makes it smaller
 * @param etag of its content, with quotes
 * @param immutable whether its name changes with its content, so that it may be kept for ever
 */
record PageFile(
        String path, String contentType, Buffer content, Optional<Buffer> compressed, String etag, boolean immutable) {

    private static final int ETAG_BYTES = 16;
    private static final String PAGE = "page/";
    private static final String INDEX = "index.html";
    private static final String ASSETS = "assets/";

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "woff2", "font/woff2");

    /**
     * @param resource beside this class
     */
    static PageFile load(String path, String resource, String contentType) {
        return of(path, read(resource), contentType, false);
    }

    /**
     * The console page as its build left it (clients/console): {@code index.html} at {@code /}, the rest below {@code /console/}.
     *
     * @return empty where this gateway was compiled without it, as an IDE does
     */
    static List<PageFile> page() {
        if (PageFile.class.getResource(PAGE + "files.txt") == null) {
            return List.of();
        }
        return new String(read(PAGE + "files.txt"), StandardCharsets.UTF_8)
                .lines()
                .map(name -> of(
                        name.equals(INDEX) ? "/" : "/console/" + name,
                        read(PAGE + name),
                        type(name),
                        name.startsWith(ASSETS)))
                .toList();
    }

    private static String type(String name) {
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null) {
            throw new IllegalStateException("nobody said of what type " + name + " is");
        }
        return type;
    }

    private static byte[] read(String resource) {
        try (InputStream in = PageFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing in the gateway's jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PageFile of(String path, byte[] bytes, String contentType, boolean immutable) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            byte[] zipped = gzip(bytes);
            return new PageFile(
                    path,
                    contentType,
                    Buffer.buffer(bytes),
                    zipped.length < bytes.length ? Optional.of(Buffer.buffer(zipped)) : Optional.empty(),
                    '"' + HexFormat.of().formatHex(digest, 0, ETAG_BYTES) + '"',
                    immutable);
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
