package io.tidegate.jobs.fraud;

import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobMain;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Job {@code fraud}. */
public final class FraudJob implements Job {

    public static void main(String[] args) throws Exception {
        JobMain.run(new FraudJob(), args);
    }

    @Override
    public String name() {
        return "fraud";
    }

    @Override
    public void define(StreamExecutionEnvironment env, JobConfig config) {
        throw new UnsupportedOperationException("not landed yet");
    }
}
