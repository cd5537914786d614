package io.tidegate.dev.cluster.upgrade;

import io.tidegate.dev.cluster.Cluster;
import io.tidegate.dev.cluster.FlinkRest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of {@link Upgrade}: {@code scripts/upgrade}. */
@Command(
        name = "upgrade",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Replaces a running job by another version of it, and puts the old one back where the new one doesn't do.",
            "",
            "Steps: the new version is uploaded and its graph made; the job stops with a savepoint; the new version"
                    + " starts from it, and is watched: all tasks run, the savepoint was restored, checkpoints complete,"
                    + " nothing restarts, its lag doesn't grow. Otherwise it is cancelled and the old jar starts from the"
                    + " same savepoint, with its old arguments.",
            "",
            "Exit status: 0 the new version runs, 1 rolled back, 2 nothing was changed, 3 no version runs."
        })
public final class UpgradeMain implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "JOB", description = "archive, aggregation, fraud, surge or engagement")
    private String job;

    @Parameters(
            index = "1..*",
            paramLabel = "ARGUMENT",
            description = "after --: the arguments of the new version, all of them (default: those of the running job)")
    private List<String> arguments;

    @Option(names = "--jar", description = "the new version (default: the jar that runs)")
    private Path jar;

    @Option(
            names = "--old-jar",
            paramLabel = "JAR",
            description = "what to put back (default: the uploaded jar that the running job was started from)")
    private Path oldJar;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            description = "of the new version (default: that of the running job)")
    private Integer parallelism;

    @Option(names = "--dir", description = "of scripts/cluster (default: .tidegate-cluster in the repository)")
    private Path dir = Path.of(System.getProperty("tidegate.home", "."), ".tidegate-cluster");

    @Option(
            names = "--flink",
            paramLabel = "URL",
            description = "Flink's REST address (default: that of the cluster in --dir)")
    private URI flink;

    @Option(
            names = "--savepoints",
            paramLabel = "URI",
            description = "where the savepoint goes (default: the cluster's own directory, DIR/flink/savepoints)")
    private String savepoints;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "180",
            description = "for the savepoint, and for the start until the first checkpoint (default: ${DEFAULT-VALUE})")
    private int limitSeconds;

    @Option(
            names = "--watch",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "how long the new version is watched after that (default: ${DEFAULT-VALUE})")
    private int watchSeconds;

    private UpgradeMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new UpgradeMain()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Optional<String> target = Optional.ofNullable(savepoints);
        FlinkRest rest;
        if (flink != null) {
            rest = new FlinkRest(List.of(flink));
        } else {
            try {
                rest = Cluster.open(dir).flink();
            } catch (IOException e) {
                System.err.println("upgrade: no cluster in " + dir + " (--dir), and no --flink: " + e.getMessage());
                return Upgrade.Outcome.REFUSED.exitStatus();
            }
        }
        for (Path file : List.of(Optional.ofNullable(jar), Optional.ofNullable(oldJar)).stream()
                .flatMap(Optional::stream)
                .toList()) {
            if (!Files.isRegularFile(file)) {
                System.err.println("upgrade: no such jar: " + file);
                return Upgrade.Outcome.REFUSED.exitStatus();
            }
        }
        Upgrade.Plan plan = new Upgrade.Plan(
                job,
                Optional.ofNullable(jar),
                Optional.ofNullable(oldJar),
                Optional.ofNullable(arguments),
                Optional.ofNullable(parallelism),
                target,
                Duration.ofSeconds(limitSeconds),
                Duration.ofSeconds(watchSeconds));
        return new Upgrade(new JobControl(rest), plan, System.out).run().exitStatus();
    }
}
