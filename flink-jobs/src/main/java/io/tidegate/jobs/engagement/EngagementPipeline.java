package io.tidegate.jobs.engagement;

import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.jobs.DetectionTime;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.source.Deduplication;
import io.tidegate.jobs.source.ProtobufTypeInfo;
import io.tidegate.jobs.source.SourceRecord;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;

/** Events → milestones for authors, big wins and breaks for players. Nothing here waits for a watermark. */
final class EngagementPipeline {

    private EngagementPipeline() {}

    static DataStream<Notification> define(
            DataStream<SourceRecord<Event>> events,
            DetectionTime time,
            Duration deduplicationHorizon,
            Rule bigWin,
            Rule takeABreak) {
        DataStream<EngagementEvent> relevant = Deduplication.of(
                events.<EngagementEvent>flatMap((record, out) ->
                                EngagementEvent.of(record, time).ifPresent(out::collect))
                        .returns(EngagementEvent.class)
                        .name("engagement events")
                        .uid(Uids.Engagement.PROJECTION),
                TypeInformation.of(EngagementEvent.class),
                deduplicationHorizon);

        DataStream<Notification> notifications = push(
                only(
                        relevant,
                        EnumSet.of(
                                EngagementEvent.Kind.POST,
                                EngagementEvent.Kind.LIKE,
                                EngagementEvent.Kind.UNLIKE,
                                EngagementEvent.Kind.MENTION),
                        "posts",
                        Uids.Engagement.POSTS),
                EngagementEvent::postId,
                new MilestoneFunction(),
                "milestones",
                Uids.Engagement.MILESTONES);
        if (bigWin.enabled()) {
            notifications = notifications.union(push(
                    only(
                            relevant,
                            EnumSet.of(EngagementEvent.Kind.BET, EngagementEvent.Kind.OUTCOME),
                            "bets and outcomes",
                            Uids.Engagement.BETS),
                    event -> event.userId() + '\0' + event.betId(),
                    new BigWinFunction(bigWin.threshold("payoutFactor"), bigWin.window()),
                    "big wins",
                    Uids.Engagement.BIG_WINS));
        }
        if (takeABreak.enabled()) {
            notifications = notifications.union(push(
                    only(relevant, EnumSet.of(EngagementEvent.Kind.BET), "bets", Uids.Engagement.PLACED_BETS),
                    EngagementEvent::userId,
                    new TakeABreakFunction(takeABreak.count("bets"), takeABreak.window()),
                    "breaks",
                    Uids.Engagement.BREAKS));
        }
        return notifications;
    }

    private static DataStream<EngagementEvent> only(
            DataStream<EngagementEvent> events, Set<EngagementEvent.Kind> kinds, String name, String uid) {
        return events.filter(event -> kinds.contains(event.kind())).name(name).uid(uid);
    }

    private static SingleOutputStreamOperator<Notification> push(
            DataStream<EngagementEvent> events,
            KeySelector<EngagementEvent, String> key,
            KeyedProcessFunction<String, EngagementEvent, Notification> function,
            String name,
            String uid) {
        return events.keyBy(key, Types.STRING)
                .process(function)
                .returns(new ProtobufTypeInfo<>(Notification.class))
                .name(name)
                .uid(uid);
    }
}
