package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobMain;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.kafka.TopicSink;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.source.TopicSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Job {@code fraud}: topic events to topic alerts, see {@link FraudPipeline}. Dead letters are the archive's to write; here
 * they are only counted.
 */
public final class FraudJob implements Job {

    private static final String NAME = "fraud";

    public static void main(String[] args) throws Exception {
        JobMain.run(new FraudJob(), args);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void define(StreamExecutionEnvironment env, JobConfig config) {
        RuleSet rules = RuleSet.load(config.rulesFile());
        TopicSource.Streams<Event> events = TopicSource.eventsForDetection(env, config, NAME);
        FraudPipeline.define(events.records(), rules, config.deduplicationHorizon())
                .sinkTo(TopicSink.alerts(config, NAME))
                .name("alerts")
                .uid(Uids.Fraud.ALERTS);
    }
}
