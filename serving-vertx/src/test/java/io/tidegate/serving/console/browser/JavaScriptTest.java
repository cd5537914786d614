package io.tidegate.serving.console.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written in JavaScript, against a whole gateway: the client package, the console page in Chromium, the example. */
class JavaScriptTest {

    @TempDir
    static Path directory;

    private static Stage stage;

    @BeforeAll
    static void open() throws IOException {
        stage = Stage.open(directory);
    }

    @AfterAll
    static void close() throws IOException {
        stage.close();
    }

    private static int run(String tests, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("../scripts/lib/test-javascript", tests).inheritIO();
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(10, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("the tests of " + tests + " don't end");
        }
        return process.exitValue();
    }

    @Test
    void theSourcesAreLinted() throws IOException, InterruptedException {
        assertThat(run("lint", Map.of())).isZero();
    }

    @Test
    void theClientPublishesListensAndResumes() throws IOException, InterruptedException {
        assertThat(run("client", Map.of("TIDEGATE_STAGE", stage.controlUrl()))).isZero();
    }

    @Test
    void thePageDoesWhatItShouldInChromium() throws IOException, InterruptedException {
        assertThat(run("page", Map.of("TIDEGATE_STAGE", stage.controlUrl()))).isZero();
    }

    @Test
    void theExampleOfTheDocumentationWorks() throws IOException, InterruptedException {
        Map<String, String> environment =
                Map.of("TIDEGATE_URL", stage.url(), "TIDEGATE_TOKEN", stage.token("me", "producer"));
        try (Stage.Counting counting = stage.countLikes()) {
            assertThat(run("example", environment)).isZero();
        }
    }
}
