package io.tidegate.jobs.surge;

import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobMain;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Job {@code surge}. */
public final class SurgeJob implements Job {

    public static void main(String[] args) throws Exception {
        JobMain.run(new SurgeJob(), args);
    }

    @Override
    public String name() {
        return "surge";
    }

    @Override
    public void define(StreamExecutionEnvironment env, JobConfig config) {
        throw new UnsupportedOperationException("not landed yet");
    }
}
