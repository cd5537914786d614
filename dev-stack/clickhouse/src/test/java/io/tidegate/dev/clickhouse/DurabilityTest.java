package io.tidegate.dev.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurabilityTest {

    private static final int ROWS_PER_BATCH = 500;
    private static final int WRITERS = 3;

    /** A loaded machine may take this long; a healthy one takes a fraction of a second. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path data;

    private ClickHouseProcess clickHouse;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    @BeforeEach
    void startClickHouse() throws IOException {
        clickHouse = ClickHouseProcess.start(data);
    }

    @AfterEach
    void stopClickHouse() throws IOException {
        clickHouse.close();
    }

    @Test
    void aKillUnderWritersLosesNoAcknowledgedRowAndDoublesNone() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE t (batch String, row UInt32) ENGINE = MergeTree ORDER BY (batch, row)"
                + " SETTINGS non_replicated_deduplication_window = 10000");
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        AtomicInteger next = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(CompletableFuture.runAsync(() -> write(next, acknowledged, stop)));
        }

        // When
        for (int kill = 0; kill < 3; kill++) {
            int before = acknowledged.size();
            await().atMost(PATIENCE).until(() -> acknowledged.size() > before + 30);
            clickHouse.kill();
            clickHouse.restart();
        }
        int before = acknowledged.size();
        await().atMost(PATIENCE).until(() -> acknowledged.size() > before + 10);
        stop.set(true);
        writers.forEach(CompletableFuture::join);

        // Then: a batch that was retried under its token is there once, so the distinct rows are all rows
        String stored = clickHouse.query("SELECT count(), uniqExact(batch, row) FROM t");
        long expected = (long) acknowledged.size() * ROWS_PER_BATCH;
        assertThat(acknowledged).hasSize(next.get());
        assertThat(stored).isEqualTo(expected + "\t" + expected + "\n");
    }

    /** Sends numbered batches, each again under the same token until it is acknowledged. */
    private void write(AtomicInteger next, Set<String> acknowledged, AtomicBoolean stop) {
        while (!stop.get()) {
            String batch = "b" + next.getAndIncrement();
            StringBuilder rows = new StringBuilder();
            for (int row = 0; row < ROWS_PER_BATCH; row++) {
                rows.append(batch).append('\t').append(row).append('\n');
            }
            URI uri = clickHouse.uri().resolve("/?query=INSERT+INTO+t+FORMAT+TSV&insert_deduplication_token=" + batch);
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .timeout(Duration.ofSeconds(10))
                    .POST(HttpRequest.BodyPublishers.ofString(rows.toString()))
                    .build();
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> accepted(request));
            acknowledged.add(batch);
        }
    }

    private boolean accepted(HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
        } catch (IOException e) {
            // Killed, or not up again yet: whether the rows are there is unknown, so the batch is sent again.
            return false;
        }
    }

    @Test
    void aRestartKeepsRowsInEveryDatabase() throws Exception {
        // Given
        clickHouse.query("CREATE DATABASE tidegate");
        clickHouse.query("CREATE TABLE tidegate.t (a Int32) ENGINE = MergeTree ORDER BY a");
        clickHouse.query("CREATE TABLE default.t (a Int32) ENGINE = MergeTree ORDER BY a");
        clickHouse.query("INSERT INTO tidegate.t SELECT number FROM numbers(1000)");
        clickHouse.query("INSERT INTO default.t SELECT number FROM numbers(10)");
        int port = clickHouse.port();

        // When
        clickHouse.restart();

        // Then
        assertThat(clickHouse.port()).isEqualTo(port);
        assertThat(clickHouse.query("SELECT count() FROM tidegate.t")).isEqualTo("1000\n");
        assertThat(clickHouse.query("SELECT count() FROM default.t")).isEqualTo("10\n");
    }

    @Test
    void sigtermStopsAtOnceThoughAQueryIsRunning() throws Exception {
        // Given
        CompletableFuture<String> endless = CompletableFuture.supplyAsync(() -> {
            try {
                return clickHouse.query("SELECT sum(sipHash64(number)) FROM numbers(1000000000000)");
            } catch (IOException e) {
                return "cut";
            }
        });
        await().atMost(PATIENCE).until(() -> clickHouse
                .query("SELECT count() FROM system.processes WHERE query LIKE '%sipHash64%'")
                .startsWith("2"));

        // When
        long start = System.nanoTime();
        clickHouse.stop();
        Duration took = Duration.ofNanos(System.nanoTime() - start);

        // Then: a second here, with room for a machine that is doing something else
        assertThat(took).isLessThan(Duration.ofSeconds(5));
        assertThat(clickHouse.isRunning()).isFalse();
        assertThat(endless).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void aFrozenEngineAnswersAgainWhenThawed() throws Exception {
        // Given
        clickHouse.freeze();
        CompletableFuture<HttpResponse<String>> ping = http.sendAsync(
                HttpRequest.newBuilder(clickHouse.uri().resolve("/ping")).build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        assertThat(ping).isNotDone();

        // When
        clickHouse.thaw();

        // Then
        assertThat(ping).succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void aSecondEngineOnTheSameDirectoryIsRefused() {
        assertThatThrownBy(() -> ClickHouseProcess.start(data))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is in use by process " + clickHouse.pid());
    }

    @Test
    void aTakenPortIsNamedInOneLineWithItsOwnExitCode(@TempDir Path other) throws Exception {
        // When
        Process second = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        EngineMain.class.getName(),
                        "--data",
                        other.toString(),
                        "--port",
                        Integer.toString(clickHouse.port()))
                .start();
        String error = new String(second.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

        // Then
        assertThat(second.waitFor()).isEqualTo(3);
        assertThat(error.lines()).singleElement().asString().contains("Port " + clickHouse.port());
    }

    @Test
    void theEngineEndsWithAParentThatWasKilled(@TempDir Path other) throws Exception {
        // Given
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ParentMain.class.getName(),
                        other.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String pid =
                new BufferedReader(new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8)).readLine();
        ProcessHandle engine = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();

        // When
        parent.destroyForcibly();

        // Then
        assertThat(engine.onExit()).succeedsWithin(Duration.ofSeconds(20));
    }
}
