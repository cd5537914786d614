package io.tidegate.dev.chaos.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What can go wrong; the name on the command line is in lower case with hyphens. Durations: how long until it is healed. */
public enum FaultKind {
    /** SIGKILL, as all that are killed; started again when the time is over. */
    KILL_TASKMANAGER(1_000, 3_000),
    /** The JobManager that leads. */
    KILL_JOBMANAGER(1_000, 3_000),
    /** The broker that leads a partition of topic {@code events}. */
    KILL_BROKER(1_000, 4_000),
    /** In the middle of an INSERT of a job, or right after its last byte. */
    KILL_STORE(500, 3_000),
    KILL_GATEWAY(500, 3_000),
    KILL_NGINX(200, 2_000),
    KILL_ZOOKEEPER(500, 3_000),

    /** SIGSTOP beyond the heartbeat: its work has gone elsewhere when it wakes up in the middle of what it was doing. */
    FREEZE_TASKMANAGER(11_000, 14_000),
    /** Beyond its ZooKeeper session: there is another leader when it wakes up. */
    FREEZE_JOBMANAGER(9_000, 12_000),
    /** Around its session: some wake up as the leader, some fenced. */
    FREEZE_BROKER(2_000, 7_000),
    FREEZE_STORE(1_000, 5_000),
    FREEZE_GATEWAY(1_000, 5_000),
    FREEZE_ZOOKEEPER(1_000, 4_000),

    /** SIGTERM and a new start, as in an upgrade. */
    RESTART_TASKMANAGER(0, 0),
    RESTART_JOBMANAGER(0, 0),
    RESTART_BROKER(0, 0),
    RESTART_STORE(0, 0),
    RESTART_GATEWAY(0, 0),

    /** Connections to a store are reset, and refused. */
    CUT_STORE(1_000, 5_000),
    /** Connections to a store stay, and nothing passes. */
    SILENCE_STORE(1_000, 5_000),
    /** The way of the load to nginx is cut: answers are lost on the way. */
    CUT_CLIENTS(500, 3_000),
    /** The store has stored, and the job isn't told. */
    SWALLOW_ANSWERS(1_000, 2_000),
    /** The store gets half a batch. */
    CUT_BODIES(1_000, 2_000),
    /** The store has stored, and says so late. */
    LATE_ANSWERS(1_500, 4_000),
    /** A batch reaches the store when the job has given it up and sent it again. */
    LATE_REQUESTS(1_500, 4_000),

    /** The disk of a store has no byte left. */
    FILL_STORE(1_500, 4_000),
    /** The disk of the checkpoints has no byte left. */
    FILL_CHECKPOINTS(2_000, 4_000);

    private final Duration shortest;
    private final Duration longest;

    FaultKind(int shortestMs, int longestMs) {
        this.shortest = Duration.ofMillis(shortestMs);
        this.longest = Duration.ofMillis(longestMs);
    }

    /** @param share from 0 to below 1 */
    Duration hold(double share) {
        return shortest.plusMillis((long) (share * longest.minus(shortest).toMillis()));
    }

    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether it needs a disk of its own, which not every machine allows. */
    public boolean needsSmallDisk() {
        return this == FILL_STORE || this == FILL_CHECKPOINTS;
    }

    /**
     * @param list names separated by commas; {@code kill}, {@code freeze}, {@code restart} … stand for all that begin so, {@code all}
     *     for every one
     * @throws IllegalArgumentException that names what isn't known
     */
    public static List<FaultKind> parse(String list) {
        Set<FaultKind> kinds = new LinkedHashSet<>();
        for (String part : list.split(",")) {
            String name = part.strip();
            List<FaultKind> meant = Arrays.stream(values())
                    .filter(kind -> name.equals("all")
                            || kind.wireName().equals(name)
                            || kind.wireName().startsWith(name + "-"))
                    .toList();
            if (meant.isEmpty()) {
                throw new IllegalArgumentException("faults: all, or some of "
                        + String.join(
                                ", ",
                                Arrays.stream(values()).map(FaultKind::wireName).toList())
                        + " expected, got " + name);
            }
            kinds.addAll(meant);
        }
        return new ArrayList<>(kinds);
    }
}
