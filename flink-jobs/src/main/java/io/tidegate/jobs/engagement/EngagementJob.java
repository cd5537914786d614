package io.tidegate.jobs.engagement;

import io.tidegate.contracts.v1.Notification;
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

/** Job {@code engagement}: topic events → topic notifications. */
public final class EngagementJob implements Job {

    public static void main(String[] args) throws Exception {
        JobMain.run(new EngagementJob(), args);
    }

    @Override
    public String name() {
        return "engagement";
    }

    /** What it writes is heard of when it is committed, which is seconds later anyway. */
    @Override
    public boolean isUrgent() {
        return false;
    }

    @Override
    public void define(StreamExecutionEnvironment env, JobConfig config) {
        env.setMaxParallelism(MAX_PARALLELISM);
        RuleSet rules = RuleSet.start(config);
        DataStream<Notification> notifications = EngagementPipeline.define(
                TopicSource.events(env, config, name()).records(),
                config.detectionTime(),
                config.deduplicationHorizon(),
                rules.rule(BigWinFunction.RULE),
                rules.rule(TakeABreakFunction.RULE),
                RuleUpdates.of(env, config));
        notifications
                .sinkTo(TopicSink.notifications(config, name()))
                .name("notifications")
                .uid(Uids.Engagement.NOTIFICATIONS);
    }
}
