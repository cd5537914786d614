package io.tidegate.serving.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;

/**
 * Serves files with the headers that pages of the gateway have: no framing, no sniffing, no referrer, an entity tag.
 *
 * <p>Only the exact paths of the files are served, so there is no path to climb out of.
 *
 * @param contentSecurityPolicy of every one of the files
 */
public record StaticFiles(List<StaticFile> files, String contentSecurityPolicy) {

    public StaticFiles {
        files = List.copyOf(files);
    }

    public void mount(Router router) {
        for (StaticFile file : files) {
            router.get(file.path()).handler(context -> serve(context, file));
        }
    }

    private void serve(RoutingContext context, StaticFile file) {
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.ETAG, file.etag())
                .putHeader(
                        HttpHeaders.CACHE_CONTROL,
                        file.immutable() ? "public, max-age=31536000, immutable" : "no-cache")
                .putHeader("Content-Security-Policy", contentSecurityPolicy)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin");
        if (file.compressed().isPresent()) {
            response.putHeader(HttpHeaders.VARY, "Accept-Encoding");
        }
        if (file.etag().equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, file.contentType());
        if (file.compressed().isPresent() && takesGzip(context.request().getHeader(HttpHeaders.ACCEPT_ENCODING))) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip")
                    .end(file.compressed().get());
        } else {
            response.end(file.content());
        }
    }

    /** What browsers say. Whoever says it in another way gets the file as it is. */
    private static boolean takesGzip(String acceptEncoding) {
        return acceptEncoding != null
                && List.of(acceptEncoding.toLowerCase(Locale.ROOT).split("\\s*,\\s*"))
                        .contains("gzip");
    }
}
