package io.tidegate.serving.docs;

import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.http.RouteModule;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * {@code GET /docs}: Swagger UI over {@code /openapi.yaml}, from the gateway's own jars; the browser asks nobody else. Without a token:
 * nothing in it is secret. A token that is typed in there stays in the page.
 */
public final class DocsModule implements RouteModule {

    /** Swagger UI carries its icons as data; nothing else comes from outside this gateway, and no script is in the page. */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String JAVASCRIPT = "text/javascript; charset=utf-8";

    private static final List<DocsFile> FILES = List.of(
            DocsFile.own("/docs", "docs.html", "text/html; charset=utf-8"),
            DocsFile.own("/docs/docs.js", "docs.js", JAVASCRIPT),
            DocsFile.ofSwaggerUi("/docs/swagger-ui.css", "swagger-ui.css", "text/css; charset=utf-8"),
            DocsFile.ofSwaggerUi("/docs/swagger-ui.js", "swagger-ui-bundle.js", JAVASCRIPT),
            DocsFile.ofSwaggerUi("/docs/icon.png", "favicon-32x32.png", "image/png"));

    @Override
    public void mount(Router router, Auth auth) {
        for (DocsFile file : FILES) {
            router.get(file.path()).handler(context -> serve(context, file));
        }
    }

    private static void serve(RoutingContext context, DocsFile file) {
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.ETAG, file.etag())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin");
        if (file.etag().equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, file.contentType()).end(file.content());
        }
    }
}
