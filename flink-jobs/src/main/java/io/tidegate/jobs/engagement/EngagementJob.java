package io.tidegate.jobs.engagement;

import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobMain;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Job {@code engagement}. */
public final class EngagementJob implements Job {

    public static void main(String[] args) throws Exception {
        JobMain.run(new EngagementJob(), args);
    }

    @Override
    public String name() {
        return "engagement";
    }

    @Override
    public void define(StreamExecutionEnvironment env, JobConfig config) {
        throw new UnsupportedOperationException("not landed yet");
    }
}
