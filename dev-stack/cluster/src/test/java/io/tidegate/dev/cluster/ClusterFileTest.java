package io.tidegate.dev.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterFileTest {

    @TempDir
    private Path directory;

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        ClusterState state = FakeRoles.cluster(FakeRoles.role(directory, "kafka-1", List.of("true"), 1234));
        ClusterFile file = new ClusterFile(directory);

        file.write(state);

        assertThat(new ClusterFile(directory).read()).contains(state);
        assertThat(Files.readString(directory.resolve("cluster.json")))
                .contains("\"kafka\" : \"127.0.0.1:1\"", "\"role\" : \"kafka-1\"", "\"pid\" : 0", "\"port\" : 1234");
    }

    @Test
    void withoutAFileThereIsNoCluster() throws IOException {
        assertThat(new ClusterFile(directory).read()).isEmpty();
        assertThatThrownBy(() -> Cluster.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("There is no cluster in " + directory);
    }

    @Test
    void aDamagedFileIsNamedInOneLine() throws IOException {
        Files.writeString(directory.resolve("cluster.json"), "{\"home\": ");

        assertThatThrownBy(() -> Cluster.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(directory.resolve("cluster.json") + " is damaged: ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void changesAtTheSameTimeAllStay() throws Exception {
        // Given a role per thread.
        int threads = 8;
        List<RoleState> roles = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            roles.add(FakeRoles.role(directory, "role-" + i, List.of("true"), 1000 + i));
        }
        new ClusterFile(directory).write(FakeRoles.cluster(roles.toArray(RoleState[]::new)));

        // When each thread notes ten starts of its role, with a file object of its own.
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<ClusterState>> done = new ArrayList<>();
        for (RoleState role : roles) {
            done.add(pool.submit(tenStarts(role.role())));
        }
        for (Future<ClusterState> one : done) {
            one.get();
        }
        pool.shutdown();

        // Then none has overwritten another's.
        assertThat(new ClusterFile(directory).read().orElseThrow().roles()).allMatch(role -> role.starts() == 10);
    }

    private Callable<ClusterState> tenStarts(String role) {
        return () -> {
            ClusterState last = null;
            for (int i = 0; i < 10; i++) {
                last = new ClusterFile(directory)
                        .update(state ->
                                state.with(state.role(role).orElseThrow().startedAs(new OsProcess(1, 2, "boot"))));
            }
            return last;
        };
    }

    @Test
    void theFileNamesEveryAddressThatOthersNeed() throws IOException {
        new ClusterFile(directory).write(FakeRoles.cluster());

        Endpoints at = Cluster.open(directory).endpoints();

        assertThat(at.kafka()).isEqualTo("127.0.0.1:1");
        assertThat(at.gateway()).hasToString("http://127.0.0.1:2");
        assertThat(at.clickhouse())
                .extracting(Object::toString)
                .containsExactly("http://127.0.0.1:6", "http://127.0.0.1:7");
        assertThat(Map.of("flink", at.flink().size(), "gateways", at.gateways().size()))
                .isEqualTo(Map.of("flink", 1, "gateways", 1));
    }
}
