package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobMain;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.kafka.TopicSink;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.rules.RuleUpdates;
import io.tidegate.jobs.source.TopicSource;
import org.apache.flink.streaming.api.datastream.DataStream;
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
        env.setMaxParallelism(MAX_PARALLELISM);
        RuleSet rules = RuleSet.start(config);
        TopicSource.Streams<Event> events = TopicSource.eventsForDetection(env, config, NAME);
        DataStream<Alert> alerts =
                switch (config.detectionForm()) {
                    case COMPILED ->
                        FraudPipeline.define(
                                events.records(),
                                rules,
                                RuleUpdates.of(env, config),
                                config.detectionTime(),
                                config.deduplicationHorizon());
                    case CEP -> FraudPipeline.defineByCep(events.records(), rules, config.deduplicationHorizon());
                };
        alerts.sinkTo(TopicSink.alerts(config, NAME)).name("alerts").uid(Uids.Fraud.ALERTS);
    }
}
