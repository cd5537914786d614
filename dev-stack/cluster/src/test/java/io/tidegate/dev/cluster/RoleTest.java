package io.tidegate.dev.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program can do to a role, on processes that are quickly there. */
class RoleTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private Cluster cluster;

    @AfterEach
    void endWhatTheTestStarted() throws InterruptedException {
        if (cluster != null) {
            cluster.down();
        }
    }

    @Test
    void aKilledRoleComesBackAsAnotherProcessOnTheSamePort() throws Exception {
        Role role = server();
        role.restart();
        long before = role.pid();

        role.kill();
        assertThat(role.isRunning()).isFalse();
        assertThat(role.isReady()).isFalse();
        role.restart();

        assertThat(role.isReady()).isTrue();
        assertThat(role.pid()).isNotEqualTo(before);
        assertThat(Files.readString(role.output())).isEqualTo("hello, start 1\nhello, start 2\n");
    }

    @Test
    void anotherObjectOfTheSameDirectorySeesTheNewProcess() throws Exception {
        Role role = server();
        Role elsewhere = Cluster.open(directory).role("kafka-1");

        role.restart();

        assertThat(elsewhere.pid()).isEqualTo(role.pid());
        elsewhere.kill();
        assertThat(role.isRunning()).isFalse();
    }

    @Test
    void aFrozenRoleIsRunningButNotReadyAndThenGoesOn() throws Exception {
        Role role = server();
        role.restart();

        role.stop();
        await().atMost(LIMIT).until(role::isStopped);
        assertThat(role.isRunning()).isTrue();
        assertThat(role.isReady()).isFalse();

        role.cont();
        await().atMost(LIMIT).until(role::isReady);
    }

    @Test
    void aFrozenRoleIsEndedToo() throws Exception {
        Role role = server();
        role.restart();
        role.stop();

        cluster.down();

        assertThat(role.isRunning()).isFalse();
    }

    @Test
    void oneThatEndsBeforeItIsReadySaysWhatItSaidLast() throws Exception {
        cluster = cluster(
                FakeRoles.role(directory, "kafka-1", List.of("sh", "-c", "echo the disk is full; exit 1"), freePort()));

        assertThatThrownBy(() -> cluster.role("kafka-1").restart())
                .isInstanceOfSatisfying(StartException.class, failure -> assertThat(failure.lastLines())
                        .contains("the disk is full"))
                .hasMessage("kafka-1 ended before it was ready");
    }

    @Test
    void anUnknownRoleIsRefusedWithTheNamesThatThereAre() throws Exception {
        server();

        assertThatThrownBy(() -> cluster.role("kafka-9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("role: one of kafka-1 expected, got kafka-9");
    }

    private Role server() throws IOException {
        int port = freePort();
        cluster = cluster(FakeRoles.role(
                directory,
                "kafka-1",
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        Path.of("target/test-classes").toAbsolutePath().toString(),
                        ListeningMain.class.getName(),
                        Integer.toString(port),
                        RoleState.STARTS),
                port));
        return cluster.role("kafka-1");
    }

    private Cluster cluster(RoleState role) throws IOException {
        new ClusterFile(directory).write(FakeRoles.cluster(role));
        return Cluster.open(directory);
    }

    private static int freePort() {
        return ClusterPorts.of(0).get("kafka-1");
    }
}
