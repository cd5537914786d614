package io.tidegate.serving.console.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
    /** Needs no stage, so it goes on while that is set up. */
    private static CompletableFuture<Void> linting;

    @BeforeAll
    static void open() throws IOException {
        linting = CompletableFuture.runAsync(() -> run("lint", Map.of()));
        stage = Stage.open(directory);
    }

    @AfterAll
    static void close() throws IOException {
        stage.close();
    }

    /**
     * Nothing of this process's streams goes to the tests: the build speaks over them with the process that runs this class, and Node reads
     * from its standard input.
     */
    private static void run(String tests, Map<String, String> environment) {
        try {
            outcome(tests, environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void outcome(String tests, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path output = directory.resolve(tests + ".log");
        ProcessBuilder builder = new ProcessBuilder("../scripts/lib/test-javascript", tests)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(10, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(ended).as("the tests of %s end: %s", tests, said).isTrue();
        assertThat(process.exitValue()).as("the tests of %s: %s", tests, said).isZero();
    }

    @Test
    void theSourcesAreLinted() {
        linting.join();
    }

    @Test
    void theClientPublishesListensAndResumes() {
        run("client", Map.of("TIDEGATE_STAGE", stage.controlUrl()));
    }

    @Test
    void thePageDoesWhatItShouldInChromium() {
        run("page", Map.of("TIDEGATE_STAGE", stage.controlUrl()));
    }

    @Test
    void theExampleOfTheDocumentationWorks() {
        Map<String, String> environment =
                Map.of("TIDEGATE_URL", stage.url(), "TIDEGATE_TOKEN", stage.token("me", "producer"));
        try (Stage.Counting counting = stage.countLikes()) {
            run("example", environment);
        }
    }
}
