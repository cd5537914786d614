package io.tidegate.serving.docs;

import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.http.StaticFiles;
import io.vertx.ext.web.Router;
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

    private static final StaticFiles FILES = new StaticFiles(
            List.of(
                    SwaggerUi.page("/docs", "docs.html", "text/html; charset=utf-8"),
                    SwaggerUi.page("/docs/docs.js", "docs.js", JAVASCRIPT),
                    SwaggerUi.file("/docs/swagger-ui.css", "swagger-ui.css", "text/css; charset=utf-8"),
                    SwaggerUi.file("/docs/swagger-ui.js", "swagger-ui-bundle.js", JAVASCRIPT),
                    SwaggerUi.file("/docs/icon.png", "favicon-32x32.png", "image/png")),
            CONTENT_SECURITY_POLICY);

    @Override
    public void mount(Router router, Auth auth) {
        FILES.mount(router);
    }
}
