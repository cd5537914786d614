package io.tidegate.bench.stream;

import io.tidegate.bench.service.Directories;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A job in this JVM, with the settings of {@code flink-conf/} that bear on its cost. All of a JVM's jobs run on one small cluster. */
public final class FlinkJob implements RunningJob {

    private static final int SLOTS = 4;
    private static final Duration MIN_PAUSE = Duration.ofMillis(200);
    private static MiniCluster cluster;

    /** Adds the job's operators. */
    @FunctionalInterface
    public interface Topology {
        void define(StreamExecutionEnvironment env);
    }

    private final JobID id;
    private final CompletableFuture<JobResult> result;

    private FlinkJob(JobID id, CompletableFuture<JobResult> result) {
        this.id = id;
        this.result = result;
    }

    private static synchronized MiniCluster cluster() throws Exception {
        if (cluster == null) {
            MiniCluster started = new MiniCluster(new MiniClusterConfiguration.Builder()
                    .setNumTaskManagers(1)
                    .setNumSlotsPerTaskManager(SLOTS)
                    .withRandomPorts()
                    .build());
            started.start();
            cluster = started;
        }
        return cluster;
    }

    public static FlinkJob start(int parallelism, Duration checkpoints, CheckpointingMode mode, Topology topology)
            throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(20));
        configuration.set(ExecutionOptions.BUFFER_TIMEOUT, Duration.ZERO);
        configuration.set(StateBackendOptions.STATE_BACKEND, "hashmap");
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, checkpoints);
        configuration.set(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS, MIN_PAUSE);
        configuration.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, mode);
        configuration.set(ExecutionOptions.SNAPSHOT_COMPRESSION, true);
        configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                Directories.temporary("checkpoints", () -> {}).toUri().toString());
        // A failure is the end of the measurement.
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(parallelism);
        topology.define(env);
        JobID id = cluster()
                .submitJob(env.getStreamGraph().getJobGraph())
                .get(1, TimeUnit.MINUTES)
                .getJobID();
        return new FlinkJob(id, cluster().requestJobResult(id));
    }

    @Override
    public void check() throws IOException {
        if (result.isDone()) {
            awaitEnd();
            throw new IOException("the job has ended");
        }
    }

    /**
     * Waits until a job ends by itself.
     *
     * @throws IOException where it has failed
     */
    public void awaitEnd() throws IOException {
        JobResult ended = result.join();
        if (ended.getSerializedThrowable().isPresent()) {
            throw new IOException(
                    "the job has failed", ended.getSerializedThrowable().get());
        }
    }

    @Override
    public void close() throws IOException {
        if (result.isDone()) {
            return;
        }
        try {
            cluster.cancelJob(id).get(1, TimeUnit.MINUTES);
            result.handle((ended, failure) -> ended).get(1, TimeUnit.MINUTES);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the job can't be cancelled", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
