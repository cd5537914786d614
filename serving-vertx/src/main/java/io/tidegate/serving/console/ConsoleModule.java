package io.tidegate.serving.console;

import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.http.StaticFile;
import io.tidegate.serving.http.StaticFiles;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /} and the few files of the console page; {@code GET /openapi.yaml}. Without a token: nothing in them is secret,
 * the page asks for a token and shows what that one may read.
 */
public final class ConsoleModule implements RouteModule {

    private static final Logger LOG = LoggerFactory.getLogger(ConsoleModule.class);

    /** Nothing but the gateway's own files, connections to nowhere but the gateway, and no markup made of texts. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src"
                    + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for"
                    + " 'script'; trusted-types 'none'";

    private static final StaticFile OPENAPI = StaticFile.of(
                    "/openapi.yaml", "application/yaml", StaticFile.resource(ConsoleModule.class, "openapi.yaml"))
            .withGzip();

    private final StaticFiles files;

    /**
     * @param page whether the console page is served; the API description always is
     */
    public ConsoleModule(boolean page) {
        List<StaticFile> all = new ArrayList<>(page ? ConsolePage.files() : List.of());
        if (page && all.isEmpty()) {
            LOG.warn("This gateway was compiled without the console page; Maven builds it, see clients/console");
        }
        all.add(OPENAPI);
        files = new StaticFiles(all, CONTENT_SECURITY_POLICY);
    }

    @Override
    public void mount(Router router, Auth auth) {
        files.mount(router);
    }
}
