package io.tidegate.jobs.surge;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobMain;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.kafka.TopicSink;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.source.TopicSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Job {@code surge}: topic events → topic alerts. */
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
        RuleSet rules = RuleSet.load(config.rulesFile());
        DataStream<Alert> alerts = SurgePipeline.define(
                TopicSource.eventsForDetection(env, config, name()).records(),
                config.deduplicationHorizon(),
                rules.rule("post-surge"),
                rules.rule("game-surge"));
        alerts.sinkTo(TopicSink.alerts(config, name())).name("alerts").uid(Uids.Surge.ALERTS);
    }
}
