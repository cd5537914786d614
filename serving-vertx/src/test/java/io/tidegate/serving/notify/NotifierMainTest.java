package io.tidegate.serving.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.serving.notify.webhook.HookServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process as an operator sees it, and what becomes of deliveries when it is killed. */
class NotifierMainTest {

    private static final String READY = "Tidegate notifier is running";
    private static final Duration LONG = Duration.ofSeconds(120);

    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final List<Process> processes = new ArrayList<>();
    private HookServer hooks;

    @BeforeEach
    void hooks() {
        hooks = HookServer.start(vertx, directory);
    }

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
        hooks.close();
        vertx.close();
    }

    private Process notifier(String yaml) {
        try {
            Files.deleteIfExists(directory.resolve("out"));
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx192m",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            NotifierMain.class.getName(),
                            "--config",
                            Files.writeString(directory.resolve("notifier.yaml"), yaml)
                                    .toString())
                    .redirectOutput(directory.resolve("out").toFile())
                    .redirectError(directory.resolve("err").toFile())
                    .start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String read(String file) {
        try {
            return Files.readString(directory.resolve(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String yaml(String bootstrapServers) {
        return """
                ops: {port: 0}
                kafka: {bootstrapServers: "%s"}
                settings: {keyFile: notifier.key}
                outbound: {ports: [%d], allowNetworks: [127.0.0.0/8, "::1/128"], trustCertFile: hooks.pem, timeout: 10s}
                retry: {attempts: 100, initial: 50ms, max: 200ms}
                """.formatted(bootstrapServers, hooks.port());
    }

    @Test
    void aBrokenConfigurationIsOneLineThatNamesTheField() throws InterruptedException {
        Process process = notifier("kafka: {bootstrapServers: \"127.0.0.1:1\"}\nsettings: {keyfile: x}\n");

        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(read("err"))
                .startsWith("tidegate notifier: settings.keyFile: is required")
                .hasLineCount(1);
    }

    @Test
    void killedInTheMiddleItDeliversEverythingAfterARestartUnderTheSameIds() throws InterruptedException {
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"));
                NotifierWorld world = NotifierWorld.create(vertx, broker.bootstrapServers(), directory)) {
            // Given a receiver that takes every other delivery and leaves the rest without an answer
            Set<String> taken = ConcurrentHashMap.newKeySet();
            boolean[] all = new boolean[1];
            hooks.answers(request -> {
                String id = request.getHeader("Idempotency-Key");
                if (all[0] || Math.floorMod(id.hashCode(), 2) == 0) {
                    taken.add(id);
                    request.response().end();
                }
            });
            String webhook = world.createWebhook("https://localhost:" + hooks.port() + "/", "{}")
                    .getString("id");
            Process first = notifier(yaml(broker.bootstrapServers()));
            await().atMost(LONG).until(() -> read("out").contains(READY));
            Set<String> expected = new HashSet<>();
            for (int i = 0; i < 40; i++) {
                expected.add(DeliveryIds.single("webhook:" + webhook, world.alert("u" + i, "rapid-bets")));
            }
            await().atMost(LONG).until(() -> hooks.received().size() >= 4);

            // When
            first.destroyForcibly().waitFor();
            int takenBefore = taken.size();
            assertThat(takenBefore).isLessThan(40);
            all[0] = true;
            Process second = notifier(yaml(broker.bootstrapServers()));

            // Then
            await().atMost(LONG).until(() -> taken.containsAll(expected));
            assertThat(hooks.received())
                    .allSatisfy(received -> assertThat(expected).contains(received.header("Idempotency-Key")));

            // And SIGTERM is a clean end
            second.destroy();
            assertThat(second.waitFor(15, TimeUnit.SECONDS)).isTrue();
            assertThat(read("err")).doesNotContain("ERROR");
        }
    }
}
