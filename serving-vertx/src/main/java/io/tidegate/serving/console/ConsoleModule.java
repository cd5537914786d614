package io.tidegate.serving.console;

import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.http.RouteModule;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /} and the few files of the console page; {@code GET /openapi.yaml}. Without a token: nothing in them is secret,
 * the page asks for a token and shows what that one may read.
 *
 * <p>Only the exact paths of the files that the page was built of are served, so there is no path to climb out of.
 */
public final class ConsoleModule implements RouteModule {

    private static final Logger LOG = LoggerFactory.getLogger(ConsoleModule.class);

    /** Nothing but the gateway's own files, connections to nowhere but the gateway, and no markup made of texts. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src"
                    + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for"
                    + " 'script'; trusted-types 'none'";

    private static final PageFile OPENAPI = PageFile.load("/openapi.yaml", "openapi.yaml", "application/yaml");

    private final List<PageFile> page;

    /**
     * @param page whether the console page is served; the API description always is
     */
    public ConsoleModule(boolean page) {
        this.page = page ? PageFile.page() : List.of();
        if (page && this.page.isEmpty()) {
            LOG.warn("This gateway was compiled without the console page; Maven builds it, see clients/console");
        }
    }

    @Override
    public void mount(Router router, Auth auth) {
        router.get(OPENAPI.path()).handler(context -> serve(context, OPENAPI));
        for (PageFile file : page) {
            router.get(file.path()).handler(context -> serve(context, file));
        }
    }

    private static void serve(RoutingContext context, PageFile file) {
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.ETAG, file.etag())
                .putHeader(HttpHeaders.VARY, "Accept-Encoding")
                .putHeader(
                        HttpHeaders.CACHE_CONTROL,
                        file.immutable() ? "public, max-age=31536000, immutable" : "no-cache")
                .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin");
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
