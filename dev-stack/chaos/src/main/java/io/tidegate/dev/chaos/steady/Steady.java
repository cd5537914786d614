package io.tidegate.dev.chaos.steady;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidegate.dev.chaos.FreshDirectory;
import io.tidegate.dev.chaos.Inquest;
import io.tidegate.dev.chaos.Inquest.Findings;
import io.tidegate.dev.chaos.Tokens;
import io.tidegate.dev.chaos.listen.AlertListener;
import io.tidegate.dev.chaos.load.LoadClient;
import io.tidegate.dev.chaos.platform.StoreReader;
import io.tidegate.dev.cluster.Additions;
import io.tidegate.dev.cluster.Cluster;
import io.tidegate.dev.cluster.ClusterSettings;
import io.tidegate.dev.cluster.Role;
import io.tidegate.dev.cluster.StartException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A fresh cluster with Prometheus, Alertmanager and Redis, and load at one rate: for as long as is asked nothing may even be about to
 * fire. Then a broker dies, the right alerts must fire and reach the receiver, and clear when it is back; at the end nothing may be
 * missing. Meanwhile every process is looked at each minute.
 */
final class Steady {

    private static final Duration LIVE_LIMIT = Duration.ofSeconds(60);
    /** What starting up has left in the windows of the rules has to be out of them first. */
    private static final Duration WARM_LIMIT = Duration.ofMinutes(20);

    private static final Duration FIRE_LIMIT = Duration.ofMinutes(8);
    private static final Duration CLEAR_LIMIT = Duration.ofMinutes(10);
    private static final Duration ANSWERS_LIMIT = Duration.ofSeconds(60);
    private static final Duration BOOKS_LIMIT = Duration.ofMinutes(6);
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(20);
    /** Before the quiet time begins, so long nothing may have been pending. */
    private static final Duration CALM = Duration.ofMinutes(1);

    /** As often as Prometheus evaluates. */
    private static final Duration LOOK = Duration.ofSeconds(15);

    private static final Duration SAMPLE = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofSeconds(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SteadySettings settings;
    private final Consumer<String> out;
    private final long startedMs = System.currentTimeMillis();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<SeenAlert, Long> quietAlerts = new LinkedHashMap<>();
    private final List<Minute> minutes = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final List<String> died = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private volatile boolean stopped;

    /** @param out one line at a time, for people */
    Steady(SteadySettings settings, Consumer<String> out) {
        this.settings = settings;
        this.out = out;
    }

    /** The quiet time ends; the rest follows. */
    void stop() {
        stopped = true;
    }

    /**
     * @return what came of it; where a step of it failed, with that as a finding and what there is without it
     * @throws IOException where it didn't come to the quiet time
     */
    SteadyReport run() throws IOException, StartException, InterruptedException, GeneralSecurityException {
        FreshDirectory.prepare(settings.dir(), settings.command());
        try (AlertInbox inbox = AlertInbox.open()) {
            Additions additions = Additions.NONE.withRedis().withMonitoring(Optional.of(inbox.uri()));
            Cluster cluster = Cluster.up(
                    ClusterSettings.of(settings.home(), settings.dir())
                            .basePort(settings.basePort())
                            .jobArguments(List.of(
                                    "--deduplication-horizon",
                                    settings.deduplicationHorizon().toSeconds() + " s"))
                            .additions(settings.secure() ? additions.withSecurity() : additions),
                    out);
            return run(cluster, inbox);
        } finally {
            if (!settings.keep() && Files.exists(settings.dir().resolve("cluster.json"))) {
                attempt("taking the cluster down", this::down);
            }
        }
    }

    private Boolean down() throws IOException, InterruptedException {
        Cluster.open(settings.dir()).down();
        out.accept("The cluster is down");
        return true;
    }

    private interface Step<T> {
        T take() throws IOException, StartException, InterruptedException;
    }

    /** An hour isn't thrown away because one step fails: the report says that it has, and the others follow. */
    private <T> Optional<T> attempt(String what, Step<T> step) throws InterruptedException {
        try {
            return Optional.of(step.take());
        } catch (IOException | StartException | IllegalStateException e) {
            failed.add(what + " failed: " + e.getMessage());
            out.accept("! " + what + " failed: " + e);
            return Optional.empty();
        }
    }

    private SteadyReport run(Cluster cluster, AlertInbox inbox)
            throws IOException, StartException, InterruptedException, GeneralSecurityException {
        Path files = Files.createDirectories(settings.dir().resolve("steady"));
        Prometheus prometheus =
                new Prometheus(http, cluster.endpoints().prometheus().orElseThrow());
        Tokens tokens = new Tokens(cluster.tokens());
        Supplier<String> analyst = tokens.of("steady-listener", "analyst");
        try (AlertListener listener = AlertListener.start(
                        "nginx", cluster.endpoints().gateway(), analyst, files.resolve("listener.log"));
                ProcessSampler sampler = new ProcessSampler(out)) {
            if (!listener.awaitLive(LIVE_LIMIT)) {
                throw new IOException("the listener isn't live after " + LIVE_LIMIT.toSeconds() + " s");
            }
            Optional<Outage> outage;
            try (LoadClient load = LoadClient.start(
                    settings.seed(),
                    "s" + Long.toString(settings.seed(), 36),
                    settings.rate(),
                    files.resolve("events.log"),
                    cluster.endpoints().gateway(),
                    tokens.of("steady-load", "producer"))) {
                // Whoever is to be asked is asked once before it counts: that loads classes there.
                sampler.sample(cluster.roles(), 0, false);
                warmUp(prometheus, listener);
                attempt(
                        "the quiet time",
                        () -> quiet(cluster, prometheus, load, sampler, files.resolve("samples.csv")));
                outage = attempt("the death of " + settings.broker(), () -> outage(cluster, prometheus, inbox));
                attempt("the end of the load", () -> {
                            load.stopMaking();
                            return load.awaitAnswers(ANSWERS_LIMIT);
                        })
                        .filter(answered -> !answered)
                        .ifPresent(some -> out.accept("! Some requests have no answer after "
                                + ANSWERS_LIMIT.toSeconds() + " s and stay in doubt"));
            }
            long overMs = System.currentTimeMillis();
            out.accept("The load is over; reading the books");
            Optional<SteadyReport.Books> books = attempt("reading the books", () -> books(cluster, analyst, overMs));
            StoreReader stores = new StoreReader(cluster.endpoints().clickhouse());
            Optional<Findings> findings = attempt(
                    "comparing the events",
                    () -> new Inquest(cluster, stores, List.of(listener), files.resolve("events.log"), out).conclude());
            Optional<Costs> costs = attempt("adding up the costs", () -> Costs.of(cluster, http, prometheus));
            return new SteadyReport(
                    settings, startedMs, quietAlerts, minutes, samples, died, failed, outage, findings, books, costs);
        }
    }

    /** Until every target answers, alerts of ours come through, and nothing has been pending for a while. */
    private void warmUp(Prometheus prometheus, AlertListener listener) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + WARM_LIMIT.toNanos();
        long calmSince = System.nanoTime();
        String problem = "";
        while (System.nanoTime() - calmSince < CALM.toNanos()) {
            List<SeenAlert> alerts = prometheus.alerts();
            List<String> down = prometheus.query("up == 0 or probe_success == 0").stream()
                    .map(series -> series.labels().getOrDefault("job", "?"))
                    .toList();
            String now = "";
            if (listener.heard().isEmpty()) {
                now = "no alert has been heard";
            } else if (!down.isEmpty()) {
                now = "doesn't answer Prometheus: " + down;
            } else if (!alerts.isEmpty()) {
                now = alerts.toString();
            } else if (prometheus.number("sum(tidegate:events_accepted:rate1m)").isEmpty()) {
                now = "Prometheus hasn't seen two scrapes yet";
            }
            if (!now.isEmpty()) {
                calmSince = System.nanoTime();
                if (!now.equals(problem)) {
                    out.accept("Warming up: " + now);
                }
            }
            problem = now;
            if (System.nanoTime() > deadline) {
                throw new IOException("not calm after " + WARM_LIMIT.toMinutes() + " min: " + problem);
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
        out.accept("All is calm: the quiet time of " + settings.length().toSeconds() / 60.0 + " min begins");
    }

    /** @return how often all was looked at */
    private Integer quiet(
            Cluster cluster, Prometheus prometheus, LoadClient load, ProcessSampler sampler, Path samplesFile)
            throws IOException, InterruptedException {
        long begunMs = System.currentTimeMillis();
        long begun = System.nanoTime();
        long end = begun + settings.length().toNanos();
        long nextSample = begun;
        long nextCollection = begun;
        Map<String, Long> pids = new HashMap<>();
        try (BufferedWriter csv = Files.newBufferedWriter(samplesFile)) {
            csv.write(Sample.CSV_HEADER + "\n");
            while (true) {
                long now = System.nanoTime();
                boolean over = stopped || now >= end;
                List<SeenAlert> alerts = prometheus.alerts();
                for (SeenAlert alert : alerts) {
                    if (quietAlerts.merge(alert, 1L, Long::sum) == 1) {
                        out.accept("! " + alert);
                    }
                }
                if (over || now >= nextSample) {
                    boolean collect = over || now >= nextCollection;
                    nextCollection += collect ? settings.collectEvery().toNanos() : 0;
                    nextSample += SAMPLE.toNanos();
                    List<Sample> taken = sampler.sample(cluster.roles(), (now - begun) / 60e9, collect);
                    for (Sample sample : taken) {
                        csv.write(sample.csv() + "\n");
                    }
                    csv.flush();
                    samples.addAll(taken);
                    noteDeaths(cluster, taken, pids);
                    minutes.add(minute(prometheus, load, alerts, (now - begun) / 60e9));
                    out.accept(line(minutes.get(minutes.size() - 1), taken));
                }
                if (over) {
                    break;
                }
                TimeUnit.NANOSECONDS.sleep(Math.max(0, Math.min(LOOK.toNanos(), end - System.nanoTime())));
            }
        }
        // What came and went between two looks.
        prometheus.alertsSince(begunMs).forEach((alert, evaluations) -> {
            if (quietAlerts.put(alert, evaluations) == null) {
                out.accept("! For a moment: " + alert);
            }
        });
        return minutes.size();
    }

    private void noteDeaths(Cluster cluster, List<Sample> taken, Map<String, Long> pids) {
        Map<String, Long> now = new HashMap<>();
        taken.forEach(sample -> now.put(sample.role(), sample.pid()));
        for (Role role : cluster.roles()) {
            Long before = pids.put(role.name(), now.getOrDefault(role.name(), 0L));
            boolean runs = now.containsKey(role.name());
            if (!runs && (before == null || before != 0)) {
                died.add(role.name() + " doesn't run");
                out.accept("! " + role.name() + " doesn't run");
            }
        }
    }

    private static Minute minute(Prometheus prometheus, LoadClient load, List<SeenAlert> alerts, double minute)
            throws IOException, InterruptedException {
        return new Minute(
                minute,
                prometheus.number("tidegate:events_accepted:rate1m"),
                prometheus.number("max(topic:push_latency_seconds:p95_5m)"),
                prometheus.number("max(job_name:consumer_lag:records)"),
                load.stats().latestPlan(),
                alerts.size());
    }

    private String line(Minute minute, List<Sample> taken) {
        return String.format(
                Locale.ROOT,
                "%5.1f/%.0f min  %5s events/s accepted  push p95 %s s  behind %s records  %d processes with %.1f GB  %s",
                minute.minute(),
                settings.length().toSeconds() / 60.0,
                text("%.0f", minute.acceptedPerSecond()),
                text("%.2f", minute.pushP95Seconds()),
                text("%.0f", minute.lag()),
                taken.size(),
                taken.stream().mapToDouble(Sample::rssMb).sum() / 1_000,
                minute.alerts() == 0 ? "nothing fires" : minute.alerts() + " alerts");
    }

    private static String text(String format, OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "–";
    }

    private Outage outage(Cluster cluster, Prometheus prometheus, AlertInbox inbox)
            throws IOException, StartException, InterruptedException {
        Role broker = cluster.role(settings.broker());
        long diedMs = System.currentTimeMillis();
        broker.kill();
        out.accept(settings.broker() + " is dead; waiting for the alerts");
        Map<String, OptionalDouble> fired = new LinkedHashMap<>();
        Outage.EXPECTED.stream().sorted().forEach(name -> fired.put(name, OptionalDouble.empty()));
        OptionalDouble told = OptionalDouble.empty();
        long deadline = System.nanoTime() + FIRE_LIMIT.toNanos();
        while ((told.isEmpty() || fired.containsValue(OptionalDouble.empty())) && System.nanoTime() < deadline) {
            for (SeenAlert alert : prometheus.alerts()) {
                if (alert.fires()
                        && fired.getOrDefault(alert.name(), OptionalDouble.of(0))
                                .isEmpty()) {
                    fired.put(alert.name(), since(diedMs));
                    out.accept(alert.toString());
                }
            }
            if (told.isEmpty() && inbox.has(Outage.DOWN, "firing", diedMs)) {
                told = since(diedMs);
                out.accept("Alertmanager has told of it");
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
        broker.restart();
        long backMs = System.currentTimeMillis();
        out.accept(settings.broker() + " is back; waiting until nothing fires");
        OptionalDouble cleared = OptionalDouble.empty();
        OptionalDouble resolved = OptionalDouble.empty();
        deadline = System.nanoTime() + CLEAR_LIMIT.toNanos();
        while ((cleared.isEmpty() || resolved.isEmpty()) && System.nanoTime() < deadline) {
            List<SeenAlert> alerts = prometheus.alerts();
            if (!alerts.isEmpty()) {
                // It may come back, as a pending one does that follows from the return.
                cleared = OptionalDouble.empty();
            } else if (cleared.isEmpty()) {
                cleared = since(backMs);
                out.accept("Nothing fires any more");
            }
            if (resolved.isEmpty() && inbox.has(Outage.DOWN, "resolved", diedMs)) {
                resolved = since(backMs);
                out.accept("Alertmanager has told of its end");
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
        List<SeenAlert> others = prometheus.alertsSince(diedMs).keySet().stream()
                .filter(alert -> alert.fires() && !isExpected(alert))
                .toList();
        List<Outage.Fired> all = fired.entrySet().stream()
                .map(entry -> new Outage.Fired(entry.getKey(), entry.getValue()))
                .toList();
        return new Outage(settings.broker(), all, told, cleared, resolved, others);
    }

    /** Another instance that is down is not. */
    private static boolean isExpected(SeenAlert alert) {
        return Outage.EXPECTED.contains(alert.name())
                && alert.labels().getOrDefault("job", "kafka").equals("kafka");
    }

    private static OptionalDouble since(long ms) {
        return OptionalDouble.of((System.currentTimeMillis() - ms) / 1_000.0);
    }

    /** Once the minutes of the whole run are closed, or it takes too long. */
    private SteadyReport.Books books(Cluster cluster, Supplier<String> analyst, long overMs)
            throws IOException, InterruptedException {
        String from = Instant.ofEpochMilli(startedMs).toString();
        String to = Instant.ofEpochMilli(overMs).toString();
        long deadline = System.nanoTime() + BOOKS_LIMIT.toNanos();
        while (true) {
            HttpRequest request = HttpRequest.newBuilder(
                            cluster.endpoints().gateway().resolve("/api/v1/completeness?from=" + from + "&to=" + to))
                    .header("Authorization", "Bearer " + analyst.get())
                    .timeout(REQUEST_LIMIT)
                    .build();
            Map<String, Long> states = new HashMap<>();
            try {
                HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 200) {
                    for (JsonNode entry : JSON.readTree(answer.body())) {
                        states.merge(entry.path("state").asText(), 1L, Long::sum);
                    }
                }
            } catch (IOException e) {
                // Asked again below; in the end there are no entries, which is wrong.
                out.accept("! The books can't be read: " + e);
            }
            SteadyReport.Books books = new SteadyReport.Books(
                    states.getOrDefault("complete", 0L),
                    states.getOrDefault("open", 0L),
                    states.getOrDefault("different", 0L));
            if (books.complete() > 0 && books.open() == 0 && books.different() == 0 || System.nanoTime() > deadline) {
                return books;
            }
            TimeUnit.SECONDS.sleep(5);
        }
    }
}
