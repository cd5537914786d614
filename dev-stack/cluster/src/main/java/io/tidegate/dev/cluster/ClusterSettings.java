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
 * @param machine what the processes are tuned for
 * @param jobArguments that every job is given beside those that it needs
 * @param additions what it is to have beside what it has
 */
public record ClusterSettings(
        Path home,
        Path dir,
        int basePort,
        int partitions,
        boolean submitJobs,
        List<HostPort> storeVia,
        Machine machine,
        List<String> jobArguments,
        Additions additions) {

    public static final int DEFAULT_BASE_PORT = 18_000;
    public static final int PORTS_OF_BEFORE = -1;
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
        jobArguments = List.copyOf(jobArguments);
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
        Machine machine = Machine.here();
        return new ClusterSettings(
                home, dir, PORTS_OF_BEFORE, machine.partitions(), true, List.of(), machine, List.of(), Additions.NONE);
    }

    public ClusterSettings basePort(int value) {
        return new ClusterSettings(
                home, dir, value, partitions, submitJobs, storeVia, machine, jobArguments, additions);
    }

    public ClusterSettings partitions(int value) {
        return new ClusterSettings(home, dir, basePort, value, submitJobs, storeVia, machine, jobArguments, additions);
    }

    public ClusterSettings submitJobs(boolean value) {
        return new ClusterSettings(home, dir, basePort, partitions, value, storeVia, machine, jobArguments, additions);
    }

    public ClusterSettings storeVia(List<HostPort> value) {
        return new ClusterSettings(
                home, dir, basePort, partitions, submitJobs, value, machine, jobArguments, additions);
    }

    public ClusterSettings machine(Machine value) {
        return new ClusterSettings(
                home, dir, basePort, partitions, submitJobs, storeVia, value, jobArguments, additions);
    }

    public ClusterSettings jobArguments(List<String> value) {
        return new ClusterSettings(home, dir, basePort, partitions, submitJobs, storeVia, machine, value, additions);
    }

    public ClusterSettings additions(Additions value) {
        return new ClusterSettings(home, dir, basePort, partitions, submitJobs, storeVia, machine, jobArguments, value);
    }
}
