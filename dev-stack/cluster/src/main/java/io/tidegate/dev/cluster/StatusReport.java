package io.tidegate.dev.cluster;

import io.tidegate.dev.cluster.FlinkRest.JobStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** {@code scripts/cluster status}. */
final class StatusReport {

    private static final int KIB_PER_MIB = 1024;

    private final Cluster cluster;

    StatusReport(Cluster cluster) {
        this.cluster = cluster;
    }

    /** @return whether all of it works */
    boolean print(PrintStream out) throws InterruptedException {
        boolean good = true;
        long total = 0;
        out.println(String.format(Locale.ROOT, "%-15s %-12s %8s %6s %8s", "role", "state", "pid", "port", "memory"));
        for (Role role : cluster.roles()) {
            String state = state(role);
            good &= state.equals("ready");
            long memory = role.isRunning() ? residentMiB(role.pid()) : 0;
            total += memory;
            out.println(String.format(
                    Locale.ROOT, "%-15s %-12s %8d %6d %4d MiB", role.name(), state, role.pid(), role.port(), memory));
        }
        out.println(String.format(Locale.ROOT, "%-15s %-12s %8s %6s %4d MiB", "all", "", "", "", total));
        out.println();
        try {
            List<JobStatus> jobs = cluster.flink().jobs();
            for (JobStatus job : jobs) {
                out.println(String.format(
                        Locale.ROOT,
                        "job %-13s %-10s %d of %d tasks run  %s",
                        job.name(),
                        job.state(),
                        job.running(),
                        job.tasks(),
                        job.id()));
            }
            good &= Jobs.names().stream()
                    .allMatch(name -> jobs.stream().anyMatch(job -> job.name().equals(name) && job.runsCompletely()));
        } catch (IOException e) {
            out.println("jobs            unknown: " + e.getMessage());
            good = false;
        }
        return good;
    }

    private static String state(Role role) throws InterruptedException {
        if (!role.isRunning()) {
            return role.pid() == 0 ? "new" : "down";
        }
        if (role.isStopped()) {
            return "frozen";
        }
        // Twice: the first question to a broker loads the whole client, which on a busy machine takes longer than the
        // answer may.
        return role.isReady() || role.isReady() ? "ready" : "not ready";
    }

    private static long residentMiB(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / KIB_PER_MIB;
                }
            }
        } catch (IOException e) {
            // It has ended meanwhile.
            return 0;
        }
        return 0;
    }
}
