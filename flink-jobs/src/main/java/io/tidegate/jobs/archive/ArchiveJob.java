package io.tidegate.jobs.archive;

import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobMain;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Job {@code archive}. */
public final class ArchiveJob implements Job {

    public static void main(String[] args) throws Exception {
        JobMain.run(new ArchiveJob(), args);
    }

    @Override
    public String name() {
        return "archive";
    }

    @Override
    public void define(StreamExecutionEnvironment env, JobConfig config) {
        throw new UnsupportedOperationException("not landed yet");
    }
}
