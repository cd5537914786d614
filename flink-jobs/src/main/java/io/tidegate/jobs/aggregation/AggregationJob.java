package io.tidegate.jobs.aggregation;

import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobMain;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Job {@code aggregation}. */
public final class AggregationJob implements Job {

    public static void main(String[] args) throws Exception {
        JobMain.run(new AggregationJob(), args);
    }

    @Override
    public String name() {
        return "aggregation";
    }

    @Override
    public void define(StreamExecutionEnvironment env, JobConfig config) {
        throw new UnsupportedOperationException("not landed yet");
    }
}
