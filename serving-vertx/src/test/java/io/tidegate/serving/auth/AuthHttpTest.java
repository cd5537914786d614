package io.tidegate.serving.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.serving.TestGateway;
import io.tidegate.serving.http.RouteModule;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stranger sees of authentication. */
class AuthHttpTest {

    private Vertx vertx;
    private TestGateway gateway;

    /** Two protected routes, one below the other. */
    private static final class Protected implements RouteModule {
        @Override
        public void mount(Router router, Auth auth) {
            router.get("/who")
                    .handler(auth.authenticated())
                    .handler(context -> context.end(Auth.principal(context).sub()));
            router.get("/admin")
                    .handler(auth.require(Role.ADMIN, Role.ANALYST))
                    .handler(context -> context.end("secret"));
            router.get("/admin/nested/deeper")
                    .handler(auth.require(Role.ADMIN))
                    .handler(context -> context.end("secret"));
        }
    }

    @BeforeEach
    void start(@TempDir Path directory) {
        vertx = Vertx.vertx();
        gateway = TestGateway.start(vertx, directory, new Protected());
    }

    @AfterEach
    void stop() {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private static void unauthorized(HttpResponse<String> response, String code) {
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(new JsonObject(response.body()).getString("code")).isEqualTo(code);
        assertThat(response.headers().firstValue("www-authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Bearer realm=\"tidegate\""));
        assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
    }

    @Test
    void anyValidTokenPassesWhereNoRoleIsAskedFor() {
        assertThat(gateway.get("/who", gateway.token("ada")).body()).isEqualTo("ada");
    }

    @Test
    void noTokenIs401() {
        unauthorized(gateway.get("/who", null), "missing_token");
    }

    @Test
    void anExpiredTokenIs401() {
        unauthorized(gateway.get("/who", gateway.token("ada", Instant.now().minusSeconds(120))), "invalid_token");
    }

    @Test
    void aTokenOfTenKilobytesIs401AndOneOfTwentyIs431() {
        unauthorized(gateway.get("/who", "a".repeat(10_000) + ".b.c"), "invalid_token");
        assertThat(gateway.get("/who", "a".repeat(20_000) + ".b.c").statusCode())
                .isEqualTo(431);
    }

    @ParameterizedTest
    @ValueSource(strings = {"access_token", "token", "TOKEN", "jwt", "Authorization"})
    void aTokenInTheUrlIsRefusedEvenBesideAGoodOne(String parameter) {
        String token = gateway.token("ada", "admin");

        unauthorized(gateway.get("/who?" + parameter + "=" + token, null), "token_in_query");
        unauthorized(gateway.get("/who?x=1&" + parameter + "=" + token, token), "token_in_query");
    }

    @Test
    void aValidTokenWithoutTheRoleIs403OnNestedRoutesToo() {
        for (String path : new String[] {"/admin", "/admin/nested/deeper"}) {
            HttpResponse<String> response = gateway.get(path, gateway.token("eve", "producer", "importer"));

            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(new JsonObject(response.body()).getString("code")).isEqualTo("missing_role");
            assertThat(response.headers().firstValue("www-authenticate"))
                    .hasValueSatisfying(challenge -> assertThat(challenge).contains("insufficient_scope"));
        }
        assertThat(gateway.get("/admin", gateway.token("ann", "analyst")).statusCode())
                .isEqualTo(200);
        assertThat(gateway.get("/admin/nested/deeper", gateway.token("ann", "analyst"))
                        .statusCode())
                .isEqualTo(403);
    }
}
