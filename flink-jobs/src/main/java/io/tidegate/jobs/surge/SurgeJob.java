package io.tidegate.jobs.surge;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobMain;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.kafka.TopicSink;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.rules.RuleUpdates;
import io.tidegate.jobs.source.SourceRecord;
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
        env.setMaxParallelism(MAX_PARALLELISM);
        RuleSet rules = RuleSet.start(config);
        Rule postSurge = rules.rule(SurgeSubject.POST.ruleId());
        Rule gameSurge = rules.rule(SurgeSubject.GAME.ruleId());
        DataStream<SourceRecord<Event>> events =
                TopicSource.eventsForDetection(env, config, name()).records();
        DataStream<Alert> alerts =
                switch (config.detectionForm()) {
                    case COMPILED ->
                        SurgePipeline.define(
                                events,
                                config.deduplicationHorizon(),
                                postSurge,
                                gameSurge,
                                RuleUpdates.of(env, config));
                    case CEP -> SurgePipeline.defineByCep(events, config.deduplicationHorizon(), postSurge, gameSurge);
                };
        alerts.sinkTo(TopicSink.alerts(config, name())).name("alerts").uid(Uids.Surge.ALERTS);
    }
}
