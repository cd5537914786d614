package io.tidegate.dev.chaos.steady;

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
 * {@code scripts/steady}. Exit status: 0 nothing fired that shouldn't, all that should did, nothing is missing; 1 otherwise, or it
 * couldn't be run; 2 unusable arguments. Ctrl-C ends the quiet time, not the rest.
 */
@Command(
        name = "steady",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true,
        description = "Runs a cluster with its monitoring at one rate: nothing may fire. Then kills a broker: the right"
                + " alerts must fire, reach the receiver, and clear when it is back. Nothing may be missing at the end."
                + " Every process is looked at each minute.")
public final class SteadyMain implements Callable<Integer> {

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

    @Option(names = "--for", paramLabel = "DURATION", description = "the quiet time, as 5m; default: ${DEFAULT-VALUE}")
    private String length = "1h";

    @Option(names = "--rate", description = "events a second; default: ${DEFAULT-VALUE}")
    private int rate = 200;

    @Option(names = "--seed", description = "decides about the events; default: ${DEFAULT-VALUE}")
    private long seed = 1;

    @Option(names = "--broker", description = "who is killed afterwards; default: ${DEFAULT-VALUE}")
    private String broker = "kafka-2";

    @Option(names = "--secure", description = "the brokers ask for names")
    private boolean secure;

    @Option(
            names = "--tolerate-pending",
            description = "in the quiet time an alert counts only when it fires; default: also while it is pending")
    private boolean toleratePending;

    @Option(
            names = "--collect-every",
            paramLabel = "DURATION",
            description = "how often every JVM is made to collect its garbage, to see what it really holds; default:"
                    + " ${DEFAULT-VALUE}, and at the end")
    private String collectEvery = "10m";

    @Option(names = "--report", paramLabel = "FILE", description = "where the report goes, as JSON")
    private Path report;

    @Option(
            names = "--dir",
            description = "of the cluster, the logs and steady/samples.csv; emptied first; default: ${DEFAULT-VALUE}")
    private Path dir = Path.of(".tidegate-steady");

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
        int status = new CommandLine(new SteadyMain()).execute(args);
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }

    @Override
    public Integer call() {
        SteadySettings settings;
        try {
            settings = new SteadySettings(
                    home,
                    dir,
                    basePort,
                    duration("for", length),
                    rate,
                    seed,
                    broker,
                    secure,
                    !toleratePending,
                    duration("collect-every", collectEvery),
                    keep);
        } catch (IllegalArgumentException e) {
            System.err.println("steady: " + e.getMessage());
            return 2;
        }
        Steady steady = new Steady(settings, SteadyMain::say);
        CountDownLatch over = new CountDownLatch(1);
        AtomicInteger status = new AtomicInteger(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            say("Stopping: the quiet time is over; the broker's death and the verdict follow");
            steady.stop();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            System.out.flush();
            Runtime.getRuntime().halt(status.get());
        }));
        try {
            SteadyReport made = steady.run();
            made.lines().forEach(SteadyMain::say);
            if (report != null) {
                made.write(report);
                say("Report: " + report);
            }
            status.set(made.exitStatus());
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            System.err.println("steady: " + e.getMessage());
            e.printStackTrace();
        } catch (StartException e) {
            System.err.println("steady: " + e.getMessage());
            e.lastLines().forEach(System.err::println);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            System.err.println("steady: interrupted");
        } finally {
            over.countDown();
        }
        return status.get();
    }

    private static void say(String line) {
        System.out.println(LocalTime.now().format(CLOCK) + "  " + line);
    }

    /** 90s, 50m, 2h. */
    private static Duration duration(String option, String text) {
        if (!text.matches("\\d{1,6}[smh]")) {
            throw new IllegalArgumentException(option + ": a duration such as 90s, 50m or 2h expected, got " + text);
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
