package io.tidegate.dev.chaos;

import io.tidegate.dev.chaos.fault.FaultKind;
import io.tidegate.dev.cluster.Machine;
import io.tidegate.dev.cluster.StartException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code scripts/chaos}. Exit status: 0 nothing lost, twice or wrong; 1 something was, or the campaign couldn't be run; 2 unusable
 * arguments. Ctrl-C ends the cycles, not the verdict.
 */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true,
        description = "Breaks every part of a cluster under load, and says whether anything was lost, came twice or was"
                + " wrong.")
public final class ChaosMain implements Callable<Integer> {

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

    @Option(names = "--seed", description = "decides about events and faults; default: ${DEFAULT-VALUE}")
    private long seed = 1;

    @Option(names = "--cycles", description = "how many faults; default: ${DEFAULT-VALUE}")
    private int cycles = 20;

    @Option(
            names = "--faults",
            description = "names separated by commas, or the beginning of several (kill, freeze, restart, …); default:"
                    + " ${DEFAULT-VALUE}")
    private String faults = "all";

    @Option(names = "--rate", description = "events a second; default: ${DEFAULT-VALUE}")
    private int rate = 350;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            description = "no new cycle after this time, as 50m; default: no limit")
    private String limit = "240h";

    @Option(names = "--report", paramLabel = "FILE", description = "where the report goes, as JSON")
    private Path report;

    @Option(names = "--dir", description = "of the cluster and the logs; emptied first; default: ${DEFAULT-VALUE}")
    private Path dir = Path.of(".tidegate-chaos");

    @Option(
            names = "--base-port",
            description = "first of the 100 ports of the cluster; 0: free ones; default: ${DEFAULT-VALUE}")
    private int basePort = 0;

    @Option(names = "--partitions", description = "of the topics; default: ${DEFAULT-VALUE}")
    private int partitions = Machine.here().partitions();

    @Option(names = "--keep", description = "leave the cluster running")
    private boolean keep;

    @Option(names = "--home", hidden = true, required = true)
    private Path home;

    public static void main(String[] args) {
        // What matters is said on purpose; brokers that are away are no news here.
        System.setProperty("log4j2.configurationFile", "classpath:io/tidegate/dev/cluster/log4j2-quiet.xml");
        CommandLine command = new CommandLine(new ChaosMain());
        int status = command.execute(args);
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }

    @Override
    public Integer call() {
        CampaignSettings settings;
        try {
            settings = new CampaignSettings(
                    home,
                    dir,
                    basePort,
                    seed,
                    cycles,
                    duration(limit),
                    FaultKind.parse(faults),
                    rate,
                    partitions,
                    keep);
        } catch (IllegalArgumentException e) {
            System.err.println("chaos: " + e.getMessage());
            return 2;
        }
        Campaign campaign = new Campaign(settings, ChaosMain::say, this::writeInterim);
        CountDownLatch over = new CountDownLatch(1);
        AtomicInteger status = new AtomicInteger(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            say("Stopping: no new cycle; the verdict on what happened follows");
            campaign.stop();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            System.out.flush();
            Runtime.getRuntime().halt(status.get());
        }));
        try {
            Report made = campaign.run();
            if (report != null) {
                made.write(report);
                say("Report: " + report);
            }
            made.lines().forEach(ChaosMain::say);
            status.set(made.exitStatus());
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            System.err.println("chaos: " + e.getMessage());
            e.printStackTrace();
        } catch (StartException e) {
            System.err.println("chaos: " + e.getMessage());
            e.lastLines().forEach(System.err::println);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            System.err.println("chaos: interrupted");
        } finally {
            over.countDown();
        }
        return status.get();
    }

    /** Whatever becomes of this process, what was done is on the disk. */
    private void writeInterim(Report soFar) {
        if (report != null) {
            try {
                soFar.write(report);
            } catch (IOException e) {
                say("! The report so far can't be written: " + e.getMessage());
            }
        }
    }

    private static void say(String line) {
        System.out.println(LocalTime.now().format(CLOCK) + "  " + line);
    }

    /** 90s, 50m, 2h. */
    private static Duration duration(String text) {
        if (!text.matches("\\d{1,6}[smh]")) {
            throw new IllegalArgumentException("for: a duration such as 90s, 50m or 2h expected, got " + text);
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
