package io.tidegate.dev.demo.flink;

import io.tidegate.jobs.DetectionTime;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobCatalog;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.kafka.TransactionTimeout;
import io.tidegate.jobs.rules.StoredRules;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.FileUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Flink with every job of {@link JobCatalog} in this JVM. Prints {@value #READY} on standard output when all their tasks
 * run. SIGTERM takes a last checkpoint of each job and stops.
 *
 * <p>Exit codes: 0 stopped, 1 failed, 2 bad options or rules file, 3 port taken, 4 a job can't be resumed from its
 * checkpoint.
 */
@Command(name = "flink", description = "Runs all jobs of Tidegate in one JVM.", mixinStandardHelpOptions = true)
public final class FlinkMain implements Callable<Integer> {

    public static final String READY = "All jobs are running";
    public static final int EXIT_BAD_CONFIGURATION = 2;
    public static final int EXIT_PORT_TAKEN = 3;
    public static final int EXIT_CANNOT_RESUME = 4;

    private static final Logger LOG = LoggerFactory.getLogger(FlinkMain.class);
    private static final Duration START_LIMIT = Duration.ofMinutes(14);
    private static final Duration LAST_CHECKPOINT_LIMIT = Duration.ofSeconds(4);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final Duration CLEANING_INTERVAL = Duration.ofSeconds(15);
    /** As long as the embedded broker allows: a stopped demo must find its open transactions again. */
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofDays(7);

    @Option(names = "--conf", required = true, paramLabel = "DIR", description = "The directory of config.yaml.")
    private Path conf;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "For checkpoints and temporary files.")
    private Path data;

    @Option(names = "--port", required = true, description = "Of the REST interface and the web UI.")
    private int port;

    @Option(names = "--metrics-port", required = true, description = "Of the metrics for Prometheus.")
    private int metricsPort;

    @Option(names = "--kafka", required = true, paramLabel = "HOST:PORT", description = "Kafka bootstrap servers.")
    private String kafka;

    @Option(names = "--clickhouse", required = true, paramLabel = "URL", description = "ClickHouse over HTTP.")
    private URI clickhouse;

    @Option(names = "--detection-time", defaultValue = "append", description = "append or occurred.")
    private String detectionTime;

    @Option(names = "--rules", paramLabel = "FILE", description = "Thresholds and windows of the detection rules.")
    private Path rules;

    public static void main(String[] args) {
        int code = new CommandLine(new FlinkMain()).execute(args);
        System.exit(code);
    }

    @Override
    public Integer call() throws Exception {
        AtomicReference<EmbeddedFlink> started = new AtomicReference<>();
        AtomicBoolean stopping = new AtomicBoolean();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            stopping.set(true);
                            stop(started.get());
                        },
                        "flink-stop"));
        try {
            Configuration flinkConfiguration = configuration();
            JobConfig config = jobConfig();
            TransactionTimeout.check(config, flinkConfiguration);
            EmbeddedFlink flink =
                    EmbeddedFlink.start(flinkConfiguration, data.resolve("checkpoints"), Uids::comesAndGoes);
            started.set(flink);
            for (Job job : JobCatalog.all()) {
                flink.submit(job, config);
            }
            flink.awaitRunning(START_LIMIT);
            System.out.println(READY);
            ScheduledExecutorService cleaner = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "checkpoint-cleaner");
                thread.setDaemon(true);
                return thread;
            });
            cleaner.scheduleWithFixedDelay(
                    flink::removeOldCheckpoints, 5, CLEANING_INTERVAL.toSeconds(), TimeUnit.SECONDS);
            String ended = flink.firstEnded().get();
            if (stopping.get()) {
                return 0;
            }
            System.out.println("Job " + ended + " ended; it never should");
            return 1;
        } catch (ResumeException e) {
            LOG.error("A job can't be resumed", e);
            System.out.println(e.getMessage());
            System.out.println(
                    "Nothing was started afresh: that would lose state and repeat alerts. Go back to the version "
                            + "that wrote the checkpoint, or start from nothing with --fresh.");
            return EXIT_CANNOT_RESUME;
        } catch (IllegalArgumentException e) {
            LOG.error("Bad configuration", e);
            System.out.println(e.getMessage());
            return EXIT_BAD_CONFIGURATION;
        } catch (Exception e) {
            LOG.error("Flink failed", e);
            System.out.println("Flink failed: " + e.getMessage());
            return ExceptionUtils.findThrowable(e, BindException.class).isPresent() ? EXIT_PORT_TAKEN : 1;
        }
    }

    private Configuration configuration() throws IOException {
        Path temp = data.resolve("tmp").toAbsolutePath();
        // Leftovers of a run that was killed; nothing in it is state.
        FileUtils.deleteDirectory(temp.toFile());
        Files.createDirectories(temp);
        Configuration configuration = GlobalConfiguration.loadConfiguration(conf.toString());
        configuration.set(RestOptions.ADDRESS, "127.0.0.1");
        configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        configuration.set(RestOptions.PORT, port);
        configuration.set(RestOptions.BIND_PORT, Integer.toString(port));
        configuration.set(CoreOptions.TMP_DIRS, temp.toString());
        configuration.setString("metrics.reporter.prometheus.port", Integer.toString(metricsPort));
        return configuration;
    }

    private JobConfig jobConfig() throws IOException {
        DetectionTime clock =
                switch (detectionTime.toLowerCase(Locale.ROOT)) {
                    case "append" -> DetectionTime.APPEND;
                    case "occurred" -> DetectionTime.OCCURRED;
                    default ->
                        throw new IllegalArgumentException(
                                "--detection-time: append or occurred expected, got " + detectionTime);
                };
        JobConfig config = JobConfig.of(kafka, JobConfig.ClickHouseConfig.local(clickhouse))
                .withDetectionTime(clock)
                .withTransactionTimeout(TRANSACTION_TIMEOUT)
                .withStoredRules(StoredRules.read(kafka))
                .withLineage("demo-"
                        + DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
                                .withZone(ZoneOffset.UTC)
                                .format(Instant.now()));
        return rules == null ? config : config.withRulesFile(rules);
    }

    private static void stop(EmbeddedFlink flink) {
        if (flink != null) {
            flink.stop(LAST_CHECKPOINT_LIMIT, CLOSE_LIMIT);
        }
    }
}
