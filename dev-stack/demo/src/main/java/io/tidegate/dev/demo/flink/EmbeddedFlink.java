package io.tidegate.dev.demo.flink;

import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.util.ExceptionUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A MiniCluster and the jobs on it. Each job keeps its checkpoints in a directory of its own, by its name, and resumes from
 * the newest complete one there; without any it starts afresh.
 */
final class EmbeddedFlink {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedFlink.class);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);

    private final MiniCluster cluster;
    private final Configuration configuration;
    private final Path checkpoints;
    private final Predicate<String> droppable;
    private final List<RunningJob> running = new ArrayList<>();

    private EmbeddedFlink(
            MiniCluster cluster, Configuration configuration, Path checkpoints, Predicate<String> droppable) {
        this.cluster = cluster;
        this.configuration = configuration;
        this.checkpoints = checkpoints;
        this.droppable = droppable;
    }

    /**
     * @param configuration of the cluster and of its jobs; with {@code rest.port} and {@code taskmanager.numberOfTaskSlots}
     * @param checkpoints where each job gets a directory
     * @param droppable whether the state of the operator with this uid may be left behind when the job no longer has it
     */
    static EmbeddedFlink start(Configuration configuration, Path checkpoints, Predicate<String> droppable)
            throws Exception {
        Files.createDirectories(checkpoints);
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(configuration.get(TaskManagerOptions.NUM_TASK_SLOTS))
                .setCommonBindAddress("127.0.0.1")
                .build());
        try {
            cluster.start();
        } catch (Exception e) {
            closeQuietly(cluster);
            throw e;
        }
        return new EmbeddedFlink(cluster, configuration, checkpoints, droppable);
    }

    /**
     * Defines, resumes and submits a job; returns when the cluster has taken it.
     *
     * @throws IllegalArgumentException when the job refuses its configuration; the message names the field
     */
    void submit(Job job, JobConfig config) throws Exception {
        Path directory = checkpoints.resolve(job.name());
        Files.createDirectories(directory);
        Optional<Path> checkpoint = new RetainedCheckpoints(directory).newest();

        Configuration own = new Configuration(configuration);
        own.set(PipelineOptions.NAME, job.name());
        own.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.toUri().toString());
        checkpoint.ifPresent(path ->
                own.set(StateRecoveryOptions.SAVEPOINT_PATH, path.toUri().toString()));

        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(own);
        job.define(env, config);
        StreamGraph graph = env.getStreamGraph();
        graph.setJobName(job.name());
        if (checkpoint.isPresent()) {
            requireOwners(job.name(), checkpoint.get(), graph);
        }
        JobID id = JobID.generate();
        graph.setJobId(id);
        LOG.info(
                "Job {} {}",
                job.name(),
                checkpoint.map(path -> "resumes from " + path).orElse("starts afresh"));
        try {
            cluster.submitJob(graph).get();
        } catch (ExecutionException e) {
            throw failed(job.name(), checkpoint, e.getCause());
        }
        running.add(new RunningJob(job.name(), id, checkpoint));
    }

    /**
     * Flink itself drops state that no operator of the job claims, because {@code ignore-unclaimed-state} is on: a rules file
     * that changes a pattern or switches it off must not keep the job from resuming. State of anything else that nobody
     * claims means that this isn't the job that wrote it.
     */
    private void requireOwners(String name, Path checkpoint, StreamGraph graph) throws IOException, ResumeException {
        Set<String> uids = graph.getStreamNodes().stream()
                .map(StreamNode::getTransformationUID)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        List<String> orphans = RetainedCheckpoints.uids(checkpoint).stream()
                .filter(uid -> !uids.contains(uid) && !droppable.test(uid))
                .sorted()
                .toList();
        if (!orphans.isEmpty()) {
            throw new ResumeException(
                    "Job " + name + " can't be resumed from its checkpoint " + checkpoint
                            + ": it has no operators for the state of " + String.join(", ", orphans),
                    null);
        }
    }

    /**
     * Returns when every task of every job runs.
     *
     * @throws ResumeException when a job can't go on from its checkpoint
     * @throws IllegalStateException when a job failed, or not all run within the limit
     */
    void awaitRunning(Duration limit) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        for (RunningJob job : running) {
            while (true) {
                AccessExecutionGraph graph = cluster.getExecutionGraph(job.id()).get();
                if (allTasksRun(graph)) {
                    break;
                }
                Throwable cause = cause(graph);
                if (graph.getState().isGloballyTerminalState() || graph.getState() == JobStatus.SUSPENDED) {
                    throw failed(job.name(), job.resumedFrom(), cause);
                }
                if (System.nanoTime() > deadline) {
                    if (cause != null) {
                        throw failed(job.name(), job.resumedFrom(), cause);
                    }
                    throw new IllegalStateException("Job " + job.name() + " does not run after " + limit.toSeconds()
                            + " s; it is " + graph.getState());
                }
                Thread.sleep(POLL_INTERVAL.toMillis());
            }
        }
    }

    /** Completes with the name of the first job that ends, for whatever reason: none of them ever should. */
    CompletableFuture<String> firstEnded() {
        return CompletableFuture.anyOf(running.stream()
                        .map(job -> cluster.requestJobResult(job.id()).handle((result, failure) -> job.name()))
                        .toArray(CompletableFuture[]::new))
                .thenApply(String.class::cast);
    }

    /** Removes the checkpoints of earlier runs as soon as a job has one of this run. */
    void removeOldCheckpoints() {
        for (RunningJob job : running) {
            try {
                int removed = new RetainedCheckpoints(checkpoints.resolve(job.name()))
                        .removeRunsBefore(job.id().toString());
                if (removed > 0) {
                    LOG.info("Job {}: checkpoints of {} earlier runs removed", job.name(), removed);
                }
            } catch (IOException e) {
                LOG.warn("Job {}: old checkpoints can't be removed", job.name(), e);
            }
        }
    }

    /**
     * Takes a last checkpoint of each job, so that the next start repeats nothing, and shuts the cluster down. The
     * checkpoints stay. A job whose last checkpoint doesn't complete in time resumes from the one before.
     */
    void stop(Duration checkpointLimit, Duration closeLimit) {
        CompletableFuture<?>[] last = running.stream()
                .map(job -> cluster.triggerCheckpoint(job.id()).whenComplete((path, failure) -> {
                    if (failure != null) {
                        LOG.warn("Job {}: no last checkpoint", job.name(), failure);
                    }
                }))
                .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(last).get(checkpointLimit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            LOG.debug("Reported above, by job", e);
        } catch (TimeoutException e) {
            LOG.warn("The last checkpoints took longer than {}", checkpointLimit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            cluster.closeAsync().get(closeLimit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("The cluster did not shut down cleanly", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean allTasksRun(AccessExecutionGraph graph) {
        if (graph.getState() != JobStatus.RUNNING) {
            return false;
        }
        for (var vertex : graph.getAllExecutionVertices()) {
            if (vertex.getExecutionState() != ExecutionState.RUNNING) {
                return false;
            }
        }
        return true;
    }

    private static Throwable cause(AccessExecutionGraph graph) {
        ErrorInfo info = graph.getFailureInfo();
        return info == null ? null : info.getException();
    }

    private static Exception failed(String name, Optional<Path> checkpoint, Throwable cause) {
        String reason = cause == null
                ? "no reason given"
                : rootCause(ExceptionUtils.stripException(cause, ExecutionException.class));
        return checkpoint
                .<Exception>map(path -> new ResumeException(
                        "Job " + name + " can't be resumed from its checkpoint " + path + ": " + reason, cause))
                .orElseGet(() -> new IllegalStateException("Job " + name + " failed: " + reason, cause));
    }

    private static String rootCause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.toString();
    }

    private static void closeQuietly(MiniCluster cluster) {
        try {
            cluster.close();
        } catch (Exception e) {
            LOG.debug("A cluster that did not start does not stop either", e);
        }
    }

    private record RunningJob(String name, JobID id, Optional<Path> resumedFrom) {}
}
