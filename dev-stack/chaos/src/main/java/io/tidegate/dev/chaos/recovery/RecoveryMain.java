package io.tidegate.dev.chaos.recovery;

import io.tidegate.dev.cluster.StartException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code scripts/recovery}. Exit status: 0 every strike has its alert once, in time; 1 one hasn't, or it couldn't be measured; 2 unusable
 * arguments.
 */
@Command(
        name = "recovery",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true,
        description = "Kills the TaskManager that runs detection, again and again, and measures how long it takes until"
                + " listeners hear alerts again.")
public final class RecoveryMain implements Callable<Integer> {

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

    @Option(names = "--kills", description = "how many; default: ${DEFAULT-VALUE}")
    private int kills = 5;

    @Option(
            names = "--within",
            paramLabel = "SECONDS",
            description = "exit status 1 where a first alert took longer; default: no limit")
    private Double within;

    @Option(
            names = "--calm",
            paramLabel = "SECONDS",
            description = "from the end of one recovery to the next death; default: ${DEFAULT-VALUE}")
    private int calm = 15;

    @Option(
            names = "--just-started",
            description =
                    "leave all jobs where they are after a recovery, so that they go to a TaskManager that has just"
                            + " been started; default: two of them are moved to it before, as they are spread after a start")
    private boolean justStarted;

    @Option(names = "--report", paramLabel = "FILE", description = "where the figures go, as JSON")
    private Path report;

    @Option(names = "--dir", description = "of the cluster and the logs; emptied first; default: ${DEFAULT-VALUE}")
    private Path dir = Path.of(".tidegate-recovery");

    @Option(
            names = "--base-port",
            description = "first of the 100 ports of the cluster; 0: free ones; default: ${DEFAULT-VALUE}")
    private int basePort = 0;

    @Option(names = "--keep", description = "leave the cluster running")
    private boolean keep;

    @Option(names = "--home", hidden = true, required = true)
    private Path home;

    public static void main(String[] args) {
        System.setProperty("log4j2.configurationFile", "classpath:io/tidegate/dev/cluster/log4j2-quiet.xml");
        System.exit(new CommandLine(new RecoveryMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        RecoverySettings settings;
        try {
            settings = new RecoverySettings(
                    home,
                    dir,
                    basePort,
                    kills,
                    Optional.ofNullable(within).map(seconds -> Duration.ofMillis(Math.round(seconds * 1_000))),
                    Duration.ofSeconds(calm),
                    !justStarted,
                    keep);
        } catch (IllegalArgumentException e) {
            System.err.println("recovery: " + e.getMessage());
            return 2;
        }
        try {
            RecoveryReport made = new Recovery(settings, RecoveryMain::say).run();
            if (report != null) {
                made.write(report);
            }
            made.lines().forEach(RecoveryMain::say);
            return made.exitStatus();
        } catch (StartException e) {
            System.err.println("recovery: " + e.getMessage());
            e.lastLines().forEach(System.err::println);
        } catch (IOException | GeneralSecurityException e) {
            System.err.println("recovery: " + e.getMessage());
        }
        return 1;
    }

    private static void say(String line) {
        System.out.println(LocalTime.now().format(CLOCK) + "  " + line);
    }
}
