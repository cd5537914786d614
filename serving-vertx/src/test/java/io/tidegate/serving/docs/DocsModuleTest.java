package io.tidegate.serving.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.serving.TestGateway;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocsModuleTest {

    @Test
    void thePageAndItsFilesComeFromTheGatewayAlone(@TempDir Path directory) {
        Vertx vertx = Vertx.vertx();
        try (TestGateway gateway = TestGateway.start(vertx, directory, new DocsModule())) {
            HttpResponse<String> page = gateway.get("/docs", null);
            List<String> files = new ArrayList<>();
            Matcher link = Pattern.compile("(?:href|src)=\"([^\"]+)\"").matcher(page.body());
            while (link.find()) {
                files.add(link.group(1));
            }

            assertThat(files).hasSize(5).allMatch(file -> file.startsWith("/docs/") || file.equals("/openapi.yaml"));
            for (String file : files) {
                HttpResponse<String> answer = gateway.get(file, null);
                assertThat(answer.statusCode()).as(file).isEqualTo(file.startsWith("/docs/") ? 200 : 404);
            }
            assertThat(page.headers().firstValue("Content-Security-Policy"))
                    .hasValueSatisfying(policy -> assertThat(policy)
                            .contains("default-src 'none'", "script-src 'self'", "connect-src 'self'")
                            .doesNotContain("unsafe")
                            .doesNotContain("http"));
            assertThat(gateway.get("/docs/docs.js", null).body()).contains("validatorUrl: null");
            assertThat(gateway.get("/docs/swagger-ui.js", null).body()).hasSizeGreaterThan(1_000_000);
        } finally {
            TestGateway.await(vertx.close());
        }
    }
}
