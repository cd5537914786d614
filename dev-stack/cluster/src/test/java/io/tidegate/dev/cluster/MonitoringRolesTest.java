package io.tidegate.dev.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of {@code deploy/} for one machine, read by the programs that they are for. */
class MonitoringRolesTest {

    private static final Path HOME = Path.of("..", "..").toAbsolutePath().normalize();

    @TempDir
    private Path directory;

    @BeforeEach
    void programs() {
        for (String program : List.of(
                "prometheus",
                "prometheus-alertmanager",
                "prometheus-nginx-exporter",
                "prometheus-redis-exporter",
                "prometheus-blackbox-exporter")) {
            assumeTrue(
                    Stream.of(System.getenv("PATH").split(File.pathSeparator))
                            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program))),
                    () -> "missing: Debian's package " + program);
        }
    }

    @Test
    void everythingThatListensIsWatchedAndPrometheusTakesItsFiles() throws Exception {
        List<RoleState> roles = prepare(
                Additions.NONE.withRedis().withMonitoring(Optional.of(URI.create("http://127.0.0.1:1234/hook"))));

        assertThat(roles).extracting(RoleState::role).containsExactlyElementsOf(MonitoringRoles.NAMES);
        assertThat(targets("gateway")).contains("127.0.0.1:20012", "127.0.0.1:20022");
        assertThat(targets("kafka")).contains("127.0.0.1:20091", "127.0.0.1:20092", "127.0.0.1:20093");
        assertThat(targets("flink"))
                .contains("127.0.0.1:20033", "127.0.0.1:20043", "127.0.0.1:20052", "127.0.0.1:20062");
        assertThat(targets("clickhouse")).contains("127.0.0.1:20081", "127.0.0.1:20082");
        assertThat(targets("redis")).contains("127.0.0.1:20007", "127.0.0.1:20009");
        assertThat(targets("edge")).contains("http://127.0.0.1:20000/openapi.yaml");
        assertThat(targets("nginx")).contains("127.0.0.1:20005");
        assertThat(targets("notifier")).isEqualTo("[]\n");
        assertAccepted("promtool", "check", "config", conf("prometheus/prometheus.yml"));
        // It takes a folder without rules, too.
        try (Stream<Path> deployed = Files.list(HOME.resolve("deploy/prometheus/rules"))) {
            assertThat(deployed).hasSizeGreaterThan(1).allSatisfy(rules -> assertThat(
                            Path.of(conf("prometheus/rules/" + rules.getFileName())))
                    .hasSameTextualContentAs(rules));
        }
        assertAccepted("amtool", "check-config", conf("alertmanager/alertmanager.yml"));
        assertThat(Files.readString(Path.of(conf("alertmanager/alertmanager.yml"))))
                .contains("url: http://127.0.0.1:1234/hook", "receiver: operators");
        assertThat(Files.readString(Path.of(conf("prometheus/prometheus.yml"))))
                .contains("[127.0.0.1:20004]", "replacement: 127.0.0.1:20006");
    }

    @Test
    void withoutRedisAndReceiverNobodyAsksForThem() throws Exception {
        List<RoleState> roles = prepare(Additions.NONE.withMonitoring(Optional.empty()));

        assertThat(roles).extracting(RoleState::role).doesNotContain(MonitoringRoles.REDIS_EXPORTER);
        assertThat(targets("redis")).isEqualTo("[]\n");
        assertThat(Files.readString(Path.of(conf("alertmanager/alertmanager.yml"))))
                .doesNotContain("receiver: operators");
        assertAccepted("amtool", "check-config", conf("alertmanager/alertmanager.yml"));
    }

    private List<RoleState> prepare(Additions additions) throws IOException {
        ClusterDirectory cluster = new ClusterDirectory(directory);
        return new MonitoringRoles(HOME, cluster, ClusterPorts.of(20_000), additions, Secrets.in(cluster.secrets()))
                .prepare();
    }

    private String conf(String file) {
        return directory.resolve("conf").resolve(file).toString();
    }

    private String targets(String job) throws IOException {
        return Files.readString(Path.of(conf("prometheus/targets/" + job + ".yml")));
    }

    private static void assertAccepted(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
