package io.tidegate.dev.cluster;

import java.nio.file.Path;
import java.util.List;

/**
 * What {@link Cluster#up} is to bring up.
 *
 * @param home the repository, built
 * @param dir where everything of the cluster is kept
 * @param basePort first of the 100 ports it may use (see {@link ClusterPorts}); 0 picks free ones; {@value #PORTS_OF_BEFORE} takes
 *     those of before, or {@value #DEFAULT_BASE_PORT} the first time
 * @param partitions of the keyed topics; existing topics keep theirs
 * @param submitJobs whether all jobs are to run when it is up
 * @param storeVia addresses at which jobs and gateways reach the ClickHouse engines instead of directly, one per shard; empty for
 *     directly
 */
public record ClusterSettings(
        Path home, Path dir, int basePort, int partitions, boolean submitJobs, List<HostPort> storeVia) {

    public static final int DEFAULT_BASE_PORT = 18_000;
    public static final int PORTS_OF_BEFORE = -1;
    /** As docs/ARCHITECTURE.md has it for clusters. */
    public static final int DEFAULT_PARTITIONS = 12;
    /** Engines, each with half of the rows. */
    static final int SHARDS = 2;

    private static final int MAX_PARTITIONS = 200;
    private static final int HIGHEST_BASE = 65_535 - ClusterPorts.SPAN;
    private static final int LOWEST_BASE = 1024;

    /** @throws IllegalArgumentException with one line that names the field */
    public ClusterSettings {
        home = home.toAbsolutePath().normalize();
        dir = dir.toAbsolutePath().normalize();
        storeVia = List.copyOf(storeVia);
        if (basePort != 0 && basePort != PORTS_OF_BEFORE && (basePort < LOWEST_BASE || basePort > HIGHEST_BASE)) {
            throw new IllegalArgumentException(
                    "base-port: 0, or from " + LOWEST_BASE + " to " + HIGHEST_BASE + " expected, got " + basePort);
        }
        if (partitions < 1 || partitions > MAX_PARTITIONS) {
            throw new IllegalArgumentException(
                    "partitions: from 1 to " + MAX_PARTITIONS + " expected, got " + partitions);
        }
        if (!storeVia.isEmpty() && storeVia.size() != SHARDS) {
            throw new IllegalArgumentException(
                    "store-via: one address per shard expected, that is " + SHARDS + ", got " + storeVia.size());
        }
        if (dir.toString().matches(".*[\\s\"'\\\\;{}$,:#].*")) {
            // It goes into the configuration files of five programs, each with quoting rules of its own.
            throw new IllegalArgumentException(
                    "dir: no blanks, quotes or other special characters expected, got " + dir);
        }
    }

    /** Everything as by default. */
    public static ClusterSettings of(Path home, Path dir) {
        return new ClusterSettings(home, dir, PORTS_OF_BEFORE, DEFAULT_PARTITIONS, true, List.of());
    }

    public ClusterSettings basePort(int value) {
        return new ClusterSettings(home, dir, value, partitions, submitJobs, storeVia);
    }

    public ClusterSettings partitions(int value) {
        return new ClusterSettings(home, dir, basePort, value, submitJobs, storeVia);
    }

    public ClusterSettings submitJobs(boolean value) {
        return new ClusterSettings(home, dir, basePort, partitions, value, storeVia);
    }

    public ClusterSettings storeVia(List<HostPort> value) {
        return new ClusterSettings(home, dir, basePort, partitions, submitJobs, value);
    }
}
