package io.tidegate.dev.chaos.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidegate.dev.cluster.Cluster;
import io.tidegate.dev.cluster.Role;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four faults of a whole campaign, on a real cluster: the tool, the platform and the judge together. */
class ShortCampaignTest {

    private static final Path MODULE = Path.of("").toAbsolutePath();
    private static final long LIMIT_MINUTES = 12;

    @Test
    void fourFaultsUnderLoadLoseNothingAndDoubleNothing(@TempDir Path dir) throws Exception {
        assumeTrue(hasNginx(), "there is no nginx on this machine");
        Path report = dir.resolve("report.json");
        Path output = dir.resolve("output.txt");
        Process campaign = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        jar() + File.pathSeparator + MODULE.resolve("target/lib") + "/*",
                        "io.tidegate.dev.chaos.ChaosMain",
                        "--home=" + MODULE.resolve("../..").normalize(),
                        "--dir=" + dir.resolve("cluster"),
                        "--seed=20261123",
                        "--cycles=4",
                        "--faults=kill-taskmanager,kill-store,swallow-answers,kill-jobmanager",
                        "--rate=150",
                        "--report=" + report))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean over = campaign.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
        if (!over) {
            campaign.destroy();
            campaign.waitFor(2, TimeUnit.MINUTES);
        }
        String said = Files.readString(output);
        assertThat(over).as(said).isTrue();
        assertThat(campaign.exitValue()).as(said).isZero();

        String json = Files.readString(report);
        assertThat(number(json, "cycles")).isEqualTo(4);
        assertThat(number(json, "events")).isGreaterThan(1_000);
        assertThat(number(json, "alerts")).isGreaterThan(20);
        for (String count :
                List.of("lost", "duplicated", "unexpected", "windowsWrong", "alertsWrong", "listenersWrong")) {
            assertThat(number(json, count)).as(count).isZero();
        }
        assertThat(json)
                .contains("\"kill-taskmanager\"", "\"kill-store\"", "\"swallow-answers\"", "\"kill-jobmanager\"");
        assertThat(Cluster.open(dir.resolve("cluster")).roles())
                .as("what is left of the cluster")
                .noneMatch(Role::isRunning);
    }

    private static long number(String json, String field) {
        Matcher matcher = Pattern.compile("\"" + field + "\" : (\\d+)").matcher(json);
        assertThat(matcher.find()).as(field).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(MODULE.resolve("target"))) {
            return files.filter(
                            file -> file.getFileName().toString().matches("tidegate-dev-chaos-[^-]+(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static boolean hasNginx() {
        return Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/sbin"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "nginx")));
    }
}
