package io.tidegate.dev.cluster;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the thirteen processes of a cluster are tuned for. The files under {@code deploy/} and {@code flink-conf/} are for machines of
 * their own; on one machine with few cores the processes would spend most of their time on things that pay off there only.
 */
public enum Machine {
    /** Everything as the files say. */
    LARGE(12, "100ms", List.of(), Map.of()),

    /** Few cores for all of it. What is measured, and how: docs/reliability.md. */
    SMALL(
            6,
            // Each tick wakes every job, every follower and all three brokers.
            "500ms",
            // Half of the CPU of a start is the second compiler, for code that runs a few hundred times a second; and
            // collectors with
            // threads of their own wait for a core like everybody else.
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
            Map.of(
                    // One slot a job: half of the tasks, connections and messages of a checkpoint. Both TaskManagers
                    // have jobs.
                    "parallelism.default",
                    "1",
                    "pipeline.auto-watermark-interval",
                    "50 ms",
                    // Each costs some forty tasks a snapshot and three brokers a transaction, whether there was much to
                    // do or not.
                    "execution.checkpointing.interval",
                    "2 s"));

    private static final int FEW_PROCESSORS = 4;

    private final int partitions;
    private final String tickInterval;
    private final List<String> jvmOptions;
    private final Map<String, String> flinkOptions;

    Machine(int partitions, String tickInterval, List<String> jvmOptions, Map<String, String> flinkOptions) {
        this.partitions = partitions;
        this.tickInterval = tickInterval;
        this.jvmOptions = jvmOptions;
        this.flinkOptions = flinkOptions;
    }

    /** By the processors of this machine. */
    public static Machine here() {
        return Runtime.getRuntime().availableProcessors() <= FEW_PROCESSORS ? SMALL : LARGE;
    }

    /** Of the keyed topics, unless somebody says otherwise. */
    public int partitions() {
        return partitions;
    }

    /** Of the gateways, as their configuration says it: how far behind a quiet partition's clock may be. */
    String tickInterval() {
        return tickInterval;
    }

    /** Put after a role's own: where they contradict, they count. Those that choose a collector take the place of the role's. */
    List<String> jvm(List<String> own) {
        boolean choosesCollector = jvmOptions.stream().anyMatch(Machine::isCollector);
        return Stream.concat(
                        own.stream().filter(option -> !choosesCollector || !isCollector(option)), jvmOptions.stream())
                .toList();
    }

    /** Over those of {@code flink-conf/cluster}. */
    Map<String, String> flink() {
        return flinkOptions;
    }

    private static boolean isCollector(String option) {
        return option.matches("-XX:\\+Use\\w+GC");
    }
}
