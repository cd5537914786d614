package io.tidegate.jobs.engagement;

import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.jobs.DetectionTime;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.alerting.RuleDrivenFunction;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.source.Deduplication;
import io.tidegate.jobs.source.ProtobufTypeInfo;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.jobs.source.TextKeys;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.BroadcastStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Events → milestones for authors, big wins and breaks for players. Nothing here waits for a watermark; the rules may change
 * while it runs.
 */
final class EngagementPipeline {

    private EngagementPipeline() {}

    static DataStream<Notification> define(
            DataStream<SourceRecord<Event>> events,
            DetectionTime time,
            Duration deduplicationHorizon,
            Rule bigWin,
            Rule takeABreak,
            DataStream<Rule> updates) {
        DataStream<EngagementEvent> relevant = Deduplication.of(
                events.<EngagementEvent>flatMap((record, out) ->
                                EngagementEvent.of(record, time).ifPresent(out::collect))
                        .returns(EngagementEvent.class)
                        .name("engagement events")
                        .uid(Uids.Engagement.PROJECTION),
                TypeInformation.of(EngagementEvent.class),
                deduplicationHorizon);

        BroadcastStream<Rule> rules = RuleDrivenFunction.broadcast(updates);
        DataStream<Notification> milestones = told(
                only(
                                relevant,
                                EnumSet.of(
                                        EngagementEvent.Kind.POST,
                                        EngagementEvent.Kind.LIKE,
                                        EngagementEvent.Kind.UNLIKE,
                                        EngagementEvent.Kind.MENTION),
                                "posts",
                                Uids.Engagement.POSTS)
                        .keyBy(EngagementEvent::postId, TextKeys.TYPE)
                        .process(new MilestoneFunction()),
                "milestones",
                Uids.Engagement.MILESTONES);
        DataStream<Notification> bigWins = told(
                only(
                                relevant,
                                EnumSet.of(EngagementEvent.Kind.BET, EngagementEvent.Kind.OUTCOME),
                                "bets and outcomes",
                                Uids.Engagement.BETS)
                        .keyBy(event -> event.userId() + '\0' + event.betId(), TextKeys.TYPE)
                        .connect(rules)
                        .process(new BigWinFunction(bigWin)),
                "big wins",
                Uids.Engagement.BIG_WINS);
        DataStream<Notification> breaks = told(
                only(relevant, EnumSet.of(EngagementEvent.Kind.BET), "bets", Uids.Engagement.PLACED_BETS)
                        .keyBy(EngagementEvent::userId, TextKeys.TYPE)
                        .connect(rules)
                        .process(new TakeABreakFunction(takeABreak)),
                "breaks",
                Uids.Engagement.BREAKS);
        return milestones.union(bigWins, breaks);
    }

    private static DataStream<EngagementEvent> only(
            DataStream<EngagementEvent> events, Set<EngagementEvent.Kind> kinds, String name, String uid) {
        return events.filter(event -> kinds.contains(event.kind())).name(name).uid(uid);
    }

    private static DataStream<Notification> told(
            SingleOutputStreamOperator<Notification> notifications, String name, String uid) {
        return notifications
                .returns(new ProtobufTypeInfo<>(Notification.class))
                .name(name)
                .uid(uid);
    }
}
