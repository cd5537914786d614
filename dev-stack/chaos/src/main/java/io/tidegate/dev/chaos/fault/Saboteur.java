package io.tidegate.dev.chaos.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidegate.dev.chaos.fault.FaultPlan.Draw;
import io.tidegate.dev.clickhouse.engine.EngineDirectory;
import io.tidegate.dev.clickhouse.proxy.FaultyProxy;
import io.tidegate.dev.clickhouse.proxy.FaultyProxy.Fault;
import io.tidegate.dev.clickhouse.proxy.FaultyProxy.Moment;
import io.tidegate.dev.cluster.Cluster;
import io.tidegate.dev.cluster.Role;
import io.tidegate.dev.cluster.StartException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Does what a {@link FaultPlan} says to a running cluster, one fault at a time. */
public final class Saboteur {

    /** A job commits every second; a store that gets nothing for so long is killed all the same. */
    private static final int COMMIT_WITHIN_SECONDS = 6;

    private static final int REQUESTS_PER_FAULT = 4;

    private final Cluster cluster;
    private final List<FaultyProxy> beforeStores;
    private final FaultyProxy beforeNginx;
    private final Map<FaultKind, SmallDisk> disks;
    private final TopicLeaders leaders;

    /**
     * @param beforeStores one per shard, in their order
     * @param disks those that can be filled
     */
    public Saboteur(
            Cluster cluster, List<FaultyProxy> beforeStores, FaultyProxy beforeNginx, Map<FaultKind, SmallDisk> disks) {
        this.cluster = cluster;
        this.beforeStores = List.copyOf(beforeStores);
        this.beforeNginx = beforeNginx;
        this.disks = Map.copyOf(disks);
        this.leaders = new TopicLeaders(cluster.kafkaClient());
    }

    /** What undoes a fault; returns when it is undone. */
    public interface Healing {
        void heal() throws IOException, StartException, InterruptedException;
    }

    /**
     * A fault that is there.
     *
     * @param target whom it hit
     * @param atMs when, epoch milliseconds
     */
    public record Injected(String target, long atMs, Healing healing) {}

    /** Returns when the fault is there, for a restart when it is over. */
    public Injected inject(Draw draw) throws IOException, StartException, InterruptedException {
        return switch (draw.kind()) {
            case KILL_TASKMANAGER -> kill(busyTaskManager(draw));
            case KILL_JOBMANAGER -> kill(leadingJobManager());
            case KILL_BROKER -> kill(leadingBroker(draw));
            case KILL_STORE -> killDuringCommit(draw);
            case KILL_GATEWAY -> kill(one("gateway-", draw));
            case KILL_NGINX -> kill(cluster.role("nginx"));
            case KILL_ZOOKEEPER -> kill(cluster.role("zookeeper"));
            case FREEZE_TASKMANAGER -> freeze(busyTaskManager(draw));
            case FREEZE_JOBMANAGER -> freeze(leadingJobManager());
            case FREEZE_BROKER -> freeze(leadingBroker(draw));
            case FREEZE_STORE -> freeze(one("clickhouse-", draw));
            case FREEZE_GATEWAY -> freeze(one("gateway-", draw));
            case FREEZE_ZOOKEEPER -> freeze(cluster.role("zookeeper"));
            case RESTART_TASKMANAGER -> restart(busyTaskManager(draw));
            case RESTART_JOBMANAGER -> restart(leadingJobManager());
            case RESTART_BROKER -> restart(leadingBroker(draw));
            case RESTART_STORE -> restart(one("clickhouse-", draw));
            case RESTART_GATEWAY -> restart(one("gateway-", draw));
            case CUT_STORE -> {
                FaultyProxy way = store(draw);
                way.cut();
                yield done("the way to " + storeName(draw), way::mend);
            }
            case SILENCE_STORE -> {
                FaultyProxy way = store(draw);
                way.silence();
                yield done("the way to " + storeName(draw), way::mend);
            }
            case CUT_CLIENTS -> {
                beforeNginx.cut();
                yield done("the way to nginx", beforeNginx::mend);
            }
            case SWALLOW_ANSWERS -> script(draw, Fault.SWALLOW_ANSWER);
            case CUT_BODIES -> script(draw, Fault.CUT_BODY);
            case LATE_ANSWERS -> script(draw, Fault.HOLD_ANSWER);
            case LATE_REQUESTS -> script(draw, Fault.LATE_REQUEST);
            case FILL_STORE, FILL_CHECKPOINTS -> {
                SmallDisk disk = disks.get(draw.kind());
                // What a merge is running into when the disk is full at once, the engine loses: docs/adr/0043.
                disk.fill(draw.kind() == FaultKind.FILL_STORE ? 5 * EngineDirectory.KEEP_FREE_BYTES / 4 : 0);
                yield done(
                        draw.kind() == FaultKind.FILL_STORE ? "the disk of a store" : "the checkpoints' disk",
                        disk::free);
            }
        };
    }

    private static Injected done(String target, Healing healing) {
        return new Injected(target, System.currentTimeMillis(), healing);
    }

    private static Injected kill(Role role) throws InterruptedException {
        role.kill();
        return done(role.name(), role::restart);
    }

    private static Injected freeze(Role role) {
        role.stop();
        // One that killed itself for having been away is started anew.
        return done(role.name(), role::cont);
    }

    private static Injected restart(Role role) throws IOException, StartException, InterruptedException {
        long atMs = System.currentTimeMillis();
        role.restart();
        return new Injected(role.name(), atMs, () -> {});
    }

    private Injected script(Draw draw, Fault fault) {
        FaultyProxy way = store(draw);
        for (int i = 0; i < REQUESTS_PER_FAULT; i++) {
            way.onInserts(fault);
        }
        return done("commits to " + storeName(draw), () -> {
            way.forgetScript();
            way.release();
        });
    }

    private Injected killDuringCommit(Draw draw) throws InterruptedException {
        Role role = cluster.role(storeName(draw));
        Moment moment = draw.pick() / beforeStores.size() % 2 == 0 ? Moment.MIDWAY : Moment.COMPLETE;
        FaultyProxy way = store(draw);
        CompletableFuture<Long> struck = new CompletableFuture<>();
        way.onInsert(moment, () -> {
            try {
                role.kill();
                struck.complete(System.currentTimeMillis());
            } catch (InterruptedException | RuntimeException e) {
                struck.completeExceptionally(e);
            }
        });
        String when = moment == Moment.MIDWAY ? " in the middle of a commit" : " at the end of a commit";
        long atMs;
        try {
            atMs = struck.get(COMMIT_WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            way.forgetScript();
            role.kill();
            atMs = System.currentTimeMillis();
            when = " between commits";
        } catch (ExecutionException e) {
            throw new IllegalStateException(role.name() + " couldn't be killed", e.getCause());
        }
        return new Injected(role.name() + when, atMs, role::restart);
    }

    private FaultyProxy store(Draw draw) {
        return beforeStores.get(draw.pick() % beforeStores.size());
    }

    private String storeName(Draw draw) {
        return "clickhouse-" + (draw.pick() % beforeStores.size() + 1);
    }

    private Role one(String group, Draw draw) {
        List<Role> roles = cluster.roles().stream()
                .filter(role -> role.name().startsWith(group))
                .toList();
        return roles.get(draw.pick() % roles.size());
    }

    /** One of those that have work: what has moved to the other doesn't come back by itself, and an idle one isn't missed. */
    private Role busyTaskManager(Draw draw) throws IOException, InterruptedException {
        List<Role> busy = new ArrayList<>();
        for (JsonNode taskManager : cluster.flink().get("/taskmanagers").path("taskmanagers")) {
            if (taskManager.path("freeSlots").asInt()
                    < taskManager.path("slotsNumber").asInt()) {
                // taskmanager-1-3 at its third start.
                String id = taskManager.path("id").asText();
                busy.add(cluster.role(id.substring(0, id.lastIndexOf('-'))));
            }
        }
        return busy.isEmpty() ? one("taskmanager-", draw) : busy.get(draw.pick() % busy.size());
    }

    private Role leadingBroker(Draw draw) throws IOException {
        return cluster.role("kafka-" + leaders.ofEvents(draw.pick()));
    }

    /** Whose log says last that it was made the leader. */
    private Role leadingJobManager() throws IOException {
        Role leader = null;
        String latest = "";
        for (Role role : cluster.roles()) {
            if (role.name().startsWith("jobmanager-") && role.isRunning() && !role.isStopped()) {
                Optional<String> granted = lastGrant(role.log());
                if (leader == null || granted.isPresent() && granted.get().compareTo(latest) > 0) {
                    leader = role;
                    latest = granted.orElse("");
                }
            }
        }
        if (leader == null) {
            throw new IOException("no JobManager is running");
        }
        return leader;
    }

    /** The lines begin with the time in a form that sorts. */
    private static Optional<String> lastGrant(Path log) throws IOException {
        if (!Files.exists(log)) {
            return Optional.empty();
        }
        try (var lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.contains("granted leadership")).reduce((earlier, later) -> later);
        }
    }
}
