package io.tidegate.jobs;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * One Flink job. The {@code *Job} class wires sources and sinks to its {@code *Pipeline}, which takes streams and returns
 * streams, so that tests drive the very pipeline that production runs.
 */
public interface Job {

    /**
     * Into how many key groups the state of every job is cut: the most that it can ever be scaled to. Part of the state's layout:
     * never change it. Set by each job and not left to Flink, whose choice depends on the parallelism of the first start.
     */
    int MAX_PARALLELISM = 128;

    /** Stable for ever: it names the consumer group, the transactional ids and the checkpoint directory. */
    String name();

    /**
     * Whether people wait for what it writes, as for alerts. Jobs that have lost their TaskManager come back together, on the processors of
     * one that has work already; the others make way for those that are urgent, see {@link JobMain}.
     */
    default boolean isUrgent() {
        return true;
    }

    /** Adds the whole topology to {@code env}, with {@link #MAX_PARALLELISM} and a uid on every operator; doesn't execute it. */
    void define(StreamExecutionEnvironment env, JobConfig config);
}
