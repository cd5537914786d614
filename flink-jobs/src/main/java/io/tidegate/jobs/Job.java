package io.tidegate.jobs;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * One Flink job. The {@code *Job} class wires sources and sinks to its {@code *Pipeline}, which takes streams and returns
 * streams, so that tests drive the very pipeline that production runs.
 */
public interface Job {

    /** Stable for ever: it names the consumer group, the transactional ids and the checkpoint directory. */
    String name();

    /** Adds the whole topology to {@code env}, with a uid on every operator; doesn't execute it. */
    void define(StreamExecutionEnvironment env, JobConfig config);
}
