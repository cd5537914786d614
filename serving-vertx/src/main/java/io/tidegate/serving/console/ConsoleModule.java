package io.tidegate.serving.console;

import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.http.RouteModule;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * {@code GET /} and the few files of the console page; {@code GET /openapi.yaml}. Without a token: nothing in them is secret,
 * the page asks for a token and shows what that one may read.
 *
 * <p>Only these exact paths are served, so there is no path to climb out of.
 */
public final class ConsoleModule implements RouteModule {

    /** Nothing but the gateway's own files, and connections to nowhere but the gateway. */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String JAVASCRIPT = "text/javascript; charset=utf-8";

    private static final PageFile OPENAPI = PageFile.load("/openapi.yaml", "openapi.yaml", "application/yaml");
    private static final List<PageFile> PAGE = List.of(
            PageFile.load("/", "index.html", "text/html; charset=utf-8"),
            PageFile.load("/console/console.css", "console.css", "text/css; charset=utf-8"),
            PageFile.load("/console/icon.svg", "icon.svg", "image/svg+xml"),
            PageFile.load("/console/app.js", "app.js", JAVASCRIPT),
            PageFile.load("/console/api.js", "api.js", JAVASCRIPT),
            PageFile.load("/console/live.js", "live.js", JAVASCRIPT),
            PageFile.load("/console/views.js", "views.js", JAVASCRIPT));

    private final boolean page;

    /**
     * @param page whether the console page is served; the API description always is
     */
    public ConsoleModule(boolean page) {
        this.page = page;
    }

    @Override
    public void mount(Router router, Auth auth) {
        router.get(OPENAPI.path()).handler(context -> serve(context, OPENAPI));
        if (page) {
            for (PageFile file : PAGE) {
                router.get(file.path()).handler(context -> serve(context, file));
            }
        }
    }

    private static void serve(RoutingContext context, PageFile file) {
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
