package io.tidegate.dev.chaos;

import io.tidegate.dev.chaos.fault.FaultKind;
import io.tidegate.dev.chaos.fault.FaultPlan;
import io.tidegate.dev.chaos.fault.FaultPlan.Draw;
import io.tidegate.dev.chaos.fault.Saboteur;
import io.tidegate.dev.chaos.fault.Saboteur.Injected;
import io.tidegate.dev.chaos.fault.SmallDisk;
import io.tidegate.dev.chaos.listen.AlertListener;
import io.tidegate.dev.chaos.load.LoadClient;
import io.tidegate.dev.chaos.load.LoadStats;
import io.tidegate.dev.chaos.platform.StoreReader;
import io.tidegate.dev.clickhouse.proxy.FaultyProxy;
import io.tidegate.dev.cluster.Cluster;
import io.tidegate.dev.cluster.ClusterSettings;
import io.tidegate.dev.cluster.FlinkRest;
import io.tidegate.dev.cluster.HostPort;
import io.tidegate.dev.cluster.Jobs;
import io.tidegate.dev.cluster.Role;
import io.tidegate.dev.cluster.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One campaign: a fresh cluster, load and listeners; cycle by cycle a fault, its healing and the wait until all is well; the last
 * answers; the verdict. Ends early, with a verdict on what happened, when it is {@linkplain #stop told to} or when the platform doesn't
 * come back.
 */
final class Campaign {

    private static final Duration LIVE_LIMIT = Duration.ofSeconds(60);
    private static final Duration WARM_LIMIT = Duration.ofMinutes(2);
    private static final Duration WELL_LIMIT = Duration.ofSeconds(180);
    private static final Duration ANSWERS_LIMIT = Duration.ofSeconds(60);
    /** Between two cycles: a checkpoint or two. */
    private static final Duration CALM = Duration.ofMillis(1_500);

    private static final Duration POLL = Duration.ofMillis(100);
    /** Rows and jobs are asked for, on the same processors as everything else; alerts only have to be looked at. */
    private static final Duration ASK = Duration.ofMillis(500);
    /** A role that was frozen and ended itself when it woke up is started again, as a supervisor would. */
    private static final Duration SUPERVISION = Duration.ofSeconds(2);

    private static final int GIVE_UP_AFTER = 3;
    /** On a machine that is busy with other things a first attempt may run into a time-out of Flink's. */
    private static final int UP_ATTEMPTS = 4;

    /** Far longer than the load repeats itself, and short enough that what is remembered doesn't grow all the time. */
    private static final String DEDUPLICATION_HORIZON = "10 min";

    private static final int STORE_DISK_MB = 3_000;
    private static final int CHECKPOINT_DISK_MB = 3_000;

    private final CampaignSettings settings;
    private final Consumer<String> out;
    private final Consumer<Report> interim;
    private final List<Cycle> cycles = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final long startedMs = System.currentTimeMillis();
    private volatile boolean stopped;

    /**
     * @param out one line at a time, for people
     * @param interim what there is after each cycle, without a verdict
     */
    Campaign(CampaignSettings settings, Consumer<String> out, Consumer<Report> interim) {
        this.settings = settings;
        this.out = out;
        this.interim = interim;
    }

    /** No new cycle begins; the current one is finished. */
    void stop() {
        stopped = true;
    }

    /** @throws IOException where the campaign itself couldn't be run or judged */
    Report run() throws IOException, StartException, InterruptedException, GeneralSecurityException {
        FreshDirectory.prepare(settings.dir(), settings.command());
        Map<FaultKind, SmallDisk> disks = disks();
        List<FaultKind> faults = settings.faults().stream()
                .filter(kind -> !kind.needsSmallDisk() || disks.containsKey(kind))
                .toList();
        List<FaultyProxy> beforeStores = new ArrayList<>();
        try (FaultyProxy beforeNginx =
                FaultyProxy.before(() -> cluster().endpoints().gateway())) {
            for (int shard = 0; shard < 2; shard++) {
                int at = shard;
                beforeStores.add(FaultyProxy.before(
                        () -> cluster().endpoints().clickhouse().get(at)));
            }
            Cluster cluster = up(beforeStores);
            try {
                return run(cluster, beforeStores, beforeNginx, disks, faults);
            } finally {
                if (!settings.keep()) {
                    cluster.down();
                    out.accept("The cluster is down");
                }
            }
        } finally {
            if (!settings.keep()) {
                beforeStores.forEach(FaultyProxy::close);
                for (SmallDisk disk : disks.values()) {
                    disk.close();
                }
            }
        }
    }

    private Report run(
            Cluster cluster,
            List<FaultyProxy> beforeStores,
            FaultyProxy beforeNginx,
            Map<FaultKind, SmallDisk> disks,
            List<FaultKind> faults)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path logs = Files.createDirectories(settings.dir().resolve("chaos"));
        Tokens tokens = new Tokens(cluster.tokens());
        StoreReader stores = new StoreReader(cluster.endpoints().clickhouse());
        List<AlertListener> listeners = new ArrayList<>();
        try {
            listen(cluster, tokens, logs, listeners);
            String run = "c" + Long.toString(settings.seed(), 36);
            LoadStats load;
            try (LoadClient client = LoadClient.start(
                    settings.seed(),
                    run,
                    settings.rate(),
                    logs.resolve("events.log"),
                    beforeNginx.uri(),
                    tokens.of("chaos-load", "producer"))) {
                warmUp(stores, listeners);
                Saboteur saboteur = new Saboteur(cluster, beforeStores, beforeNginx, disks);
                cycles(cluster, saboteur, stores, listeners, client, faults);
                client.stopMaking();
                out.accept("No more new events; waiting for the last answers");
                if (!client.awaitAnswers(ANSWERS_LIMIT)) {
                    remark("some requests have no answer after " + ANSWERS_LIMIT.toSeconds() + " s and stay in doubt");
                }
                load = client.stats();
            }
            out.accept("The load is over: " + load.sent() + " events sent, " + load.attempts() + " requests, "
                    + load.doubtful() + " of them without a clear answer");
            Inquest inquest = new Inquest(cluster, stores, listeners, logs.resolve("events.log"), out);
            return new Report(settings, startedMs, cycles, remarks, Optional.of(inquest.conclude()));
        } finally {
            for (AlertListener listener : listeners) {
                listener.close();
            }
        }
    }

    private Cluster cluster() {
        try {
            return Cluster.open(settings.dir());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Cluster up(List<FaultyProxy> beforeStores) throws IOException, StartException, InterruptedException {
        List<HostPort> via = beforeStores.stream()
                .map(proxy -> new HostPort(proxy.uri().getHost(), proxy.uri().getPort()))
                .toList();
        ClusterSettings cluster = ClusterSettings.of(settings.home(), settings.dir())
                .basePort(settings.basePort())
                .partitions(settings.partitions())
                .storeVia(via)
                .jobArguments(List.of("--deduplication-horizon", DEDUPLICATION_HORIZON));
        for (int attempt = 1; ; attempt++) {
            try {
                return Cluster.up(cluster, out);
            } catch (IOException | StartException e) {
                if (stopped || attempt == UP_ATTEMPTS) {
                    downAfterFailure();
                    throw e;
                }
                // It goes on where it was: what runs stays, what is missing comes.
                out.accept("! " + e.getMessage() + "; trying again");
                cluster = cluster.basePort(ClusterSettings.PORTS_OF_BEFORE);
            } catch (InterruptedException | RuntimeException e) {
                downAfterFailure();
                throw e;
            }
        }
    }

    private void downAfterFailure() throws InterruptedException {
        if (!settings.keep() && Files.exists(settings.dir().resolve("cluster.json"))) {
            cluster().down();
        }
    }

    private void listen(Cluster cluster, Tokens tokens, Path logs, List<AlertListener> listeners)
            throws IOException, InterruptedException {
        URI nginx = cluster.endpoints().gateway();
        List<URI> gateways = cluster.endpoints().gateways();
        for (int i = 1; i <= 2; i++) {
            listeners.add(listener("nginx-" + i, nginx, tokens, logs));
        }
        for (int i = 1; i <= gateways.size(); i++) {
            listeners.add(listener("gateway-" + i, gateways.get(i - 1), tokens, logs));
        }
        for (AlertListener listener : listeners) {
            if (!listener.awaitLive(LIVE_LIMIT)) {
                throw new IOException(
                        "listener " + listener.name() + " isn't live after " + LIVE_LIMIT.toSeconds() + " s");
            }
        }
    }

    private static AlertListener listener(String name, URI gateway, Tokens tokens, Path logs) throws IOException {
        return AlertListener.start(
                name, gateway, tokens.of("chaos-" + name, "analyst"), logs.resolve("listener-" + name + ".log"));
    }

    private void warmUp(StoreReader stores, List<AlertListener> listeners) throws IOException, InterruptedException {
        long sinceMs = System.currentTimeMillis();
        Wellness wellness = new Wellness(stores, listeners, sinceMs, sinceMs);
        long deadline = System.nanoTime() + WARM_LIMIT.toNanos();
        while (!wellness.look()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("before the first fault: " + wellness.problem());
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
        out.accept("Alerts come, rows are stored: the cycles begin");
    }

    private void cycles(
            Cluster cluster,
            Saboteur saboteur,
            StoreReader stores,
            List<AlertListener> listeners,
            LoadClient client,
            List<FaultKind> faults)
            throws InterruptedException {
        FaultPlan plan = new FaultPlan(settings.seed(), faults);
        long deadline = System.nanoTime() + settings.limit().toNanos();
        int failed = 0;
        while (!stopped && cycles.size() < settings.cycles() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(CALM.toMillis());
            Draw draw = plan.next();
            Cycle cycle = cycle(cluster, saboteur, stores, listeners, draw);
            cycles.add(cycle);
            LoadStats load = client.stats();
            out.accept(line(cycle, load));
            interim.accept(new Report(settings, startedMs, cycles, remarks, Optional.empty()));
            failed = cycle.problem().isEmpty() ? 0 : failed + 1;
            if (failed == GIVE_UP_AFTER) {
                remark("given up after " + failed
                        + " cycles in a row from which the platform didn't come back in time");
                return;
            }
        }
        if (stopped) {
            remark("stopped after " + cycles.size() + " of " + settings.cycles() + " cycles");
        } else if (cycles.size() < settings.cycles()) {
            remark("time was up after " + cycles.size() + " of " + settings.cycles() + " cycles");
        }
    }

    private Cycle cycle(
            Cluster cluster, Saboteur saboteur, StoreReader stores, List<AlertListener> listeners, Draw draw)
            throws InterruptedException {
        Injected injected;
        try {
            injected = saboteur.inject(draw);
        } catch (IOException | StartException | RuntimeException e) {
            long nowMs = System.currentTimeMillis();
            return cycle(draw, "", nowMs, nowMs, null, "the fault couldn't be made: " + e.getMessage());
        }
        // Watched from the fault on: a part may be well again before it is healed.
        Wellness wellness = new Wellness(stores, listeners, injected.atMs(), Long.MAX_VALUE);
        long healNanos = System.nanoTime() + draw.hold().toNanos();
        while (System.nanoTime() < healNanos) {
            wellness.look();
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
        String problem = "";
        // A part that starts again takes its time; the rest of the platform may be well long before.
        FutureTask<Void> healing = new FutureTask<>(() -> {
            injected.healing().heal();
            return null;
        });
        Thread healer = new Thread(healing, "healing");
        healer.setDaemon(true);
        healer.start();
        while (!healing.isDone()) {
            wellness.look();
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
        try {
            healing.get();
        } catch (ExecutionException e) {
            problem = "the fault couldn't be healed: " + e.getCause().getMessage();
        }
        long healedMs = System.currentTimeMillis();
        wellness.wellSince(healedMs);
        long deadline = System.nanoTime() + WELL_LIMIT.toNanos();
        long healedNanos = System.nanoTime();
        FlinkRest flink = cluster.flink();
        boolean well = false;
        while (!well && problem.isEmpty()) {
            well = wellness.look() && jobsRun(flink);
            if (!well && System.nanoTime() > deadline) {
                problem = wellness.problem().isEmpty() ? "not all jobs run" : wellness.problem();
            }
            if (!well && System.nanoTime() - healedNanos > SUPERVISION.toNanos()) {
                supervise(cluster, draw);
            }
            if (!well) {
                TimeUnit.MILLISECONDS.sleep((wellness.problem().isEmpty() ? ASK : POLL).toMillis());
            }
        }
        return cycle(draw, injected.target(), injected.atMs(), healedMs, wellness, problem);
    }

    private static Cycle cycle(Draw draw, String target, long atMs, long healedMs, Wellness wellness, String problem) {
        return new Cycle(
                draw.cycle(),
                draw.kind().wireName(),
                target,
                atMs,
                healedMs,
                System.currentTimeMillis(),
                wellness == null ? OptionalDouble.empty() : wellness.alertSeconds(),
                wellness == null ? OptionalDouble.empty() : wellness.rowSeconds(),
                problem);
    }

    private static boolean jobsRun(FlinkRest flink) throws InterruptedException {
        try {
            List<String> running = flink.jobs().stream()
                    .filter(job -> job.runsCompletely())
                    .map(job -> job.name())
                    .toList();
            return running.containsAll(Jobs.names());
        } catch (IOException e) {
            // No leader yet.
            return false;
        }
    }

    private void supervise(Cluster cluster, Draw draw) throws InterruptedException {
        for (Role role : cluster.roles()) {
            if (!role.isRunning()) {
                remark("cycle " + draw.cycle() + ": " + role.name() + " had ended and was started again");
                try {
                    role.restart();
                } catch (IOException | StartException e) {
                    remark("cycle " + draw.cycle() + ": " + role.name() + " can't be started: " + e.getMessage());
                }
            }
        }
    }

    private void remark(String what) {
        remarks.add(what);
        out.accept("! " + what);
    }

    private String line(Cycle cycle, LoadStats load) {
        return String.format(
                Locale.ROOT,
                "cycle %3d/%d  %-19s %-38s alert %s  row %s  all well %5.1f s  sent %d%s%s",
                cycle.number(),
                settings.cycles(),
                cycle.fault(),
                cycle.target(),
                seconds(cycle.alertSeconds()),
                seconds(cycle.rowSeconds()),
                (cycle.endMs() - cycle.faultMs()) / 1_000.0,
                load.sent(),
                load.latestPlan() > 2_000 ? "  load is " + load.latestPlan() / 1_000 + " s late" : "",
                cycle.problem().isEmpty() ? "" : "  ! " + cycle.problem());
    }

    private static String seconds(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%5.1f s", value.getAsDouble()) : "      –";
    }

    private Map<FaultKind, SmallDisk> disks() throws IOException, InterruptedException {
        Map<FaultKind, SmallDisk> disks = new EnumMap<>(FaultKind.class);
        List<String> problems = new ArrayList<>();
        if (settings.faults().contains(FaultKind.FILL_STORE)) {
            SmallDisk.mount(settings.dir().resolve("data/clickhouse-2"), STORE_DISK_MB, problems)
                    .ifPresent(disk -> disks.put(FaultKind.FILL_STORE, disk));
        }
        if (settings.faults().contains(FaultKind.FILL_CHECKPOINTS)) {
            SmallDisk.mount(settings.dir().resolve("flink/checkpoints"), CHECKPOINT_DISK_MB, problems)
                    .ifPresent(disk -> disks.put(FaultKind.FILL_CHECKPOINTS, disk));
        }
        problems.forEach(problem -> remark("left out: " + problem));
        return disks;
    }

    /** Looks whether alerts are heard and rows are stored again. */
    private static final class Wellness {

        private final StoreReader stores;
        private final List<AlertListener> listeners;
        private final long faultMs;
        private long wellSinceMs;
        private OptionalLong alertMs = OptionalLong.empty();
        private OptionalLong rowMs = OptionalLong.empty();
        private String problem = "";
        private long askedNanos = System.nanoTime() - ASK.toNanos();
        private long oldestRowMs;

        Wellness(StoreReader stores, List<AlertListener> listeners, long faultMs, long wellSinceMs) {
            this.stores = stores;
            this.listeners = listeners;
            this.faultMs = faultMs;
            this.wellSinceMs = wellSinceMs;
        }

        /** Well is, from now on, what works with events from this time on. */
        void wellSince(long atMs) {
            wellSinceMs = atMs;
        }

        boolean look() {
            if (alertMs.isEmpty()) {
                alertMs = listeners.stream()
                        .filter(listener -> listener.name().startsWith("nginx-"))
                        .flatMapToLong(listener -> listener.firstAbout(faultMs).stream())
                        .min();
            }
            if (System.nanoTime() - askedNanos >= ASK.toNanos()) {
                askedNanos = System.nanoTime();
                oldestRowMs = oldestLatestRowMs();
            }
            if (rowMs.isEmpty() && oldestRowMs >= faultMs) {
                rowMs = OptionalLong.of(System.currentTimeMillis());
            }
            if (oldestRowMs < wellSinceMs) {
                problem = "a shard gets no new rows";
                return false;
            }
            for (AlertListener listener : listeners) {
                if (listener.firstAbout(wellSinceMs).isEmpty()) {
                    problem = "listener " + listener.name() + " hears no new alert";
                    return false;
                }
            }
            problem = "";
            return true;
        }

        /** Of the shard that is the furthest behind; 0 where one doesn't answer. */
        private long oldestLatestRowMs() {
            long oldest = Long.MAX_VALUE;
            for (int shard = 1; shard <= stores.shards(); shard++) {
                try {
                    oldest = Math.min(oldest, stores.latestRowMs(shard));
                } catch (IOException e) {
                    return 0;
                }
            }
            return oldest;
        }

        String problem() {
            return problem;
        }

        OptionalDouble alertSeconds() {
            return since(alertMs);
        }

        OptionalDouble rowSeconds() {
            return since(rowMs);
        }

        private OptionalDouble since(OptionalLong atMs) {
            return atMs.isPresent()
                    ? OptionalDouble.of((atMs.getAsLong() - faultMs) / 1_000.0)
                    : OptionalDouble.empty();
        }
    }
}
