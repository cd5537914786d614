package io.tidegate.dev.chaos.recovery;

import io.tidegate.dev.chaos.FreshDirectory;
import io.tidegate.dev.chaos.listen.AlertListener;
import io.tidegate.dev.chaos.listen.HeardAlert;
import io.tidegate.dev.chaos.platform.RaisedAlert;
import io.tidegate.dev.chaos.platform.TopicReader;
import io.tidegate.dev.cluster.Cluster;
import io.tidegate.dev.cluster.ClusterSettings;
import io.tidegate.dev.cluster.Jobs;
import io.tidegate.dev.cluster.Role;
import io.tidegate.dev.cluster.StartException;
import io.tidegate.dev.cluster.Strikes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Kills the TaskManager that runs detection, again and again, while strikes come in at a low rate, and measures when the listeners hear
 * alerts again. It is started again only when all jobs run on the other one: on a machine of its own it wouldn't take their processors.
 */
final class Recovery {

    private static final Duration LIVE_LIMIT = Duration.ofSeconds(60);
    private static final Duration ALERT_LIMIT = Duration.ofMinutes(3);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration TOKEN_LIFETIME = Duration.ofHours(12);
    private static final int WARM = 50;
    /** They store and count; nobody hears of it when they are away for a moment. */
    private static final List<String> MOVED = List.of("archive", "aggregation");

    private final RecoverySettings settings;
    private final Consumer<String> out;

    /** @param out one line at a time, for people */
    Recovery(RecoverySettings settings, Consumer<String> out) {
        this.settings = settings;
        this.out = out;
    }

    /** @throws IOException where it couldn't be measured or judged */
    RecoveryReport run() throws IOException, StartException, InterruptedException, GeneralSecurityException {
        FreshDirectory.prepare(settings.dir(), "scripts/recovery --kills " + settings.kills());
        try {
            Cluster cluster = Cluster.up(
                    ClusterSettings.of(settings.home(), settings.dir()).basePort(settings.basePort()), out);
            return measure(cluster);
        } finally {
            if (!settings.keep() && Files.exists(settings.dir().resolve("cluster.json"))) {
                Cluster.open(settings.dir()).down();
                out.accept("The cluster is down");
            }
        }
    }

    private RecoveryReport measure(Cluster cluster)
            throws IOException, StartException, InterruptedException, GeneralSecurityException {
        Path log = settings.dir().resolve("logs/listener.log");
        String analyst = cluster.tokens().issue("recovery", List.of("analyst"), TOKEN_LIFETIME);
        String producer = cluster.tokens().issue("recovery", List.of("producer"), TOKEN_LIFETIME);
        try (AlertListener listener =
                AlertListener.start("recovery", cluster.endpoints().gateway(), () -> analyst, log)) {
            if (!listener.awaitLive(LIVE_LIMIT)) {
                throw new IOException("the listener isn't live after " + LIVE_LIMIT.toSeconds() + " s");
            }
            try (Strikes strikes = Strikes.start(cluster.endpoints().gateway(), producer)) {
                await(
                        "alerts before the first death",
                        () -> heard(listener, strikes).size() >= WARM);
                List<Kill> kills = new ArrayList<>();
                for (int i = 1; i <= settings.kills(); i++) {
                    TimeUnit.MILLISECONDS.sleep(settings.calm().toMillis());
                    kills.add(kill(cluster, listener, strikes));
                    out.accept(i + "/" + settings.kills() + "  " + RecoveryReport.line(kills.get(i - 1)));
                }
                strikes.stopSending();
                return new RecoveryReport(
                        kills, settings.within(), strikes.acknowledged().size(), wrong(cluster, listener, strikes));
            }
        }
    }

    private Kill kill(Cluster cluster, AlertListener listener, Strikes strikes)
            throws IOException, StartException, InterruptedException {
        DetectionJob detection = new DetectionJob(cluster);
        Role taskManager = detection.taskManager();
        boolean warm = detection.busyTaskManagers() > 1;
        long killedMs = System.currentTimeMillis();
        taskManager.kill();
        await("an alert about something that was sent after the death", () -> firstAlertMs(listener, strikes, killedMs)
                .isPresent());
        cluster.jobs().awaitRunning(Jobs.names(), ALERT_LIMIT);
        long allMs = System.currentTimeMillis();
        taskManager.restart();
        // Not before: Flink's answers about a job are up to three seconds old.
        DetectionJob.Restart restart = detection.lastRestart();
        if (settings.spread()) {
            spread(cluster);
        }
        return new Kill(
                taskManager.name(),
                warm,
                seconds(killedMs, restart.failedMs()),
                seconds(killedMs, restart.deployingMs()),
                seconds(killedMs, restart.restoringMs()),
                seconds(killedMs, restart.runningMs()),
                seconds(killedMs, firstAlertMs(listener, strikes, killedMs).orElseThrow()),
                seconds(killedMs, allMs));
    }

    /** Some jobs are started anew, where they were: they get the slots of the TaskManager that has none taken. */
    private static void spread(Cluster cluster) throws IOException, StartException, InterruptedException {
        for (String job : MOVED) {
            String id = cluster.flink()
                    .job(job)
                    .orElseThrow(() -> new IOException("job " + job + " isn't there"))
                    .id();
            cluster.flink().cancel(id);
            while (cluster.flink().job(job).isPresent()) {
                TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
            }
            cluster.jobs().submit(job, new Jobs.Start.WhereItWas());
        }
        cluster.jobs().awaitRunning(MOVED, ALERT_LIMIT);
    }

    /** Of the strikes that were first sent after a time, when the first alert was heard. */
    private static OptionalLong firstAlertMs(AlertListener listener, Strikes strikes, long sinceMs) {
        Map<String, Long> sent = strikes.acknowledged();
        return heard(listener, strikes).stream()
                .filter(alert -> sent.getOrDefault(alert.subject(), 0L) > sinceMs)
                .mapToLong(HeardAlert::heardAtMs)
                .min();
    }

    private static List<HeardAlert> heard(AlertListener listener, Strikes strikes) {
        return listener.heard().stream()
                .filter(alert -> alert.ruleId().equals(Strikes.RULE) && strikes.made(alert.subject()))
                .toList();
    }

    private List<String> wrong(Cluster cluster, AlertListener listener, Strikes strikes)
            throws IOException, InterruptedException {
        Set<String> struck = strikes.acknowledged().keySet();
        TopicReader topics = new TopicReader(cluster.kafkaClient());
        long deadline = System.nanoTime() + ALERT_LIMIT.toNanos();
        while (true) {
            List<String> wrong = new ArrayList<>(StrikeCheck.wrong(
                    "on the topic",
                    struck,
                    topics.alerts().stream()
                            .filter(alert -> alert.ruleId().equals(Strikes.RULE))
                            .map(RaisedAlert::subject)
                            .filter(strikes::made)
                            .toList()));
            wrong.addAll(StrikeCheck.wrong(
                    "at the listener",
                    struck,
                    heard(listener, strikes).stream().map(HeardAlert::subject).toList()));
            listener.gaps().forEach(gap -> wrong.add("the listener was told of a gap: " + gap));
            // The last ones are still on their way.
            if (wrong.isEmpty() || System.nanoTime() > deadline) {
                return wrong;
            }
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private static void await(String what, Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + ALERT_LIMIT.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("waited in vain for " + what + ", " + ALERT_LIMIT.toMinutes() + " min");
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static double seconds(long fromMs, long toMs) {
        return (toMs - fromMs) / 1_000.0;
    }
}
