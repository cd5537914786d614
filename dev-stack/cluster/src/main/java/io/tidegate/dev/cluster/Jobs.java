package io.tidegate.dev.cluster;

import io.tidegate.dev.cluster.FlinkRest.JobStatus;
import io.tidegate.dev.demo.flink.RetainedCheckpoints;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.flink.configuration.CoreOptions;

/** Submits the platform's jobs to a cluster. Each keeps its checkpoints in a directory of its own, by its name. */
public final class Jobs {

    /** As long as deploy/kafka allows: a cluster that is stopped must find its open transactions again. */
    private static final String TRANSACTION_TIMEOUT = "7 d";

    private static final int SUBMIT_ATTEMPTS = 3;
    private static final Duration POLL = Duration.ofMillis(200);

    private final ClusterState cluster;
    private final ClusterDirectory directory;
    private final FlinkRest flink;
    private String uploaded;

    Jobs(ClusterState cluster, ClusterDirectory directory, FlinkRest flink) {
        this.cluster = cluster;
        this.directory = directory;
        this.flink = flink;
    }

    public static List<String> names() {
        return JobCatalog.all().stream().map(Job::name).toList();
    }

    /** Where a job begins. */
    public sealed interface Start {

        /** At its newest checkpoint, if it has ever had one; otherwise afresh. */
        record WhereItWas() implements Start {}

        /** At the earliest offset, without any state. What it has stored before is stored again. */
        record Afresh() implements Start {}

        /** At a savepoint or checkpoint. */
        record From(String savepoint) implements Start {}
    }

    /**
     * @return Flink's id of the job
     * @throws IllegalArgumentException when there is no such job
     * @throws IOException when Flink refuses it, or a job of this name runs already
     */
    public String submit(String name, Start start) throws IOException, InterruptedException {
        Job job = JobCatalog.all().stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "job: one of " + String.join(", ", names()) + " expected, got " + name));
        Optional<JobStatus> running = flink.job(name);
        if (running.isPresent()) {
            throw new IOException("Job " + name + " is there already, as "
                    + running.get().id() + " (" + running.get().state() + ")");
        }
        Path checkpoints = directory.flink("checkpoints").resolve(name);
        Files.createDirectories(checkpoints);
        if (uploaded == null) {
            uploaded = flink.upload(jar());
        }
        List<String> arguments = new ArrayList<>(List.of(
                "--kafka",
                cluster.kafka(),
                "--clickhouse",
                String.join(",", cluster.store()),
                "--transaction-timeout",
                TRANSACTION_TIMEOUT));
        arguments.addAll(cluster.jobArguments());
        Map<String, String> configuration = Map.of(
                "pipeline.name",
                name,
                "execution.checkpointing.dir",
                checkpoints.toUri().toString());
        FlinkRest.Run run = new FlinkRest.Run(
                uploaded,
                UUID.randomUUID().toString().replace("-", ""),
                job.getClass().getName(),
                arguments,
                parallelism(),
                from(start, checkpoints),
                configuration);
        run(name, run);
        return run.jobId();
    }

    /** The job's main asks the brokers, and the leader may change: worth more than one attempt. */
    private void run(String name, FlinkRest.Run run) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                flink.run(run);
                return;
            } catch (IOException e) {
                if (isThere(name)) {
                    // It was taken, only the answer didn't come.
                    return;
                }
                if (attempt == SUBMIT_ATTEMPTS) {
                    throw new IOException("Job " + name + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private boolean isThere(String name) throws InterruptedException {
        try {
            return flink.job(name).isPresent();
        } catch (IOException e) {
            // As unreachable as for the job itself; the next attempt shows.
            return false;
        }
    }

    /** Flink's interface doesn't look at the cluster's default when it runs a jar. */
    private int parallelism() throws IOException, InterruptedException {
        return Integer.parseInt(flink.configured(CoreOptions.DEFAULT_PARALLELISM.key())
                .orElseThrow(() -> new IOException("The JobManager doesn't say which parallelism is its default")));
    }

    /** Those of the platform's jobs that aren't there are submitted, where they were. */
    List<String> submitMissing() throws IOException, InterruptedException {
        List<String> there = flink.jobs().stream()
                .filter(job -> !job.isOver())
                .map(JobStatus::name)
                .toList();
        List<String> submitted = new ArrayList<>();
        for (String name : names()) {
            if (!there.contains(name)) {
                submit(name, new Start.WhereItWas());
                submitted.add(name);
            }
        }
        return submitted;
    }

    /**
     * Returns when every task of these jobs runs.
     *
     * @throws StartException when it takes longer
     */
    public void awaitRunning(List<String> names, Duration limit) throws StartException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        String missing = "";
        while (true) {
            try {
                missing = missing(names);
            } catch (IOException e) {
                missing = e.getMessage();
            }
            if (missing.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new StartException("Not all jobs run after " + limit.toSeconds() + " s: " + missing, List.of());
            }
            Thread.sleep(POLL.toMillis());
        }
    }

    private String missing(List<String> names) throws IOException, InterruptedException {
        List<JobStatus> jobs = flink.jobs();
        List<String> missing = new ArrayList<>();
        for (String name : names) {
            Optional<JobStatus> job = jobs.stream()
                    .filter(candidate -> candidate.name().equals(name) && !candidate.isOver())
                    .findFirst();
            if (job.filter(JobStatus::runsCompletely).isEmpty()) {
                missing.add(name + " "
                        + job.map(status -> status.state() + " " + status.running() + "/" + status.tasks())
                                .orElse("isn't there"));
            }
        }
        return String.join(", ", missing);
    }

    private static Optional<String> from(Start start, Path checkpoints) throws IOException {
        if (start instanceof Start.From from) {
            return Optional.of(from.savepoint());
        }
        if (start instanceof Start.Afresh) {
            return Optional.empty();
        }
        return new RetainedCheckpoints(checkpoints).newest().map(path -> path.toUri()
                .toString());
    }

    /** Without what dev-stack/flink has in Flink's lib/: it is copied to every process, for every job, whenever a job moves. */
    private Path jar() throws IOException {
        Path jar = Path.of(cluster.home(), "flink-jobs/target/slim/tidegate-flink-jobs.jar");
        if (!Files.isRegularFile(jar)) {
            throw new IOException("The jobs aren't built: no " + jar);
        }
        return jar;
    }
}
