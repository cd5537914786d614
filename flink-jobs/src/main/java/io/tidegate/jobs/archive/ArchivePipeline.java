package io.tidegate.jobs.archive;

import com.google.protobuf.MessageLite;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.source.DeadLetter;
import io.tidegate.jobs.source.Deduplication;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.jobs.source.SourceRecordTypeInfo;
import io.tidegate.jobs.source.TopicSource;
import java.time.Duration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** From the topics to what is stored: repeats dropped, and dead letters of all three topics in one stream. */
final class ArchivePipeline {

    /**
     * @param events each once
     * @param alerts all of them have a row
     * @param notifications all of them have a row
     * @param deadLetters of the three topics
     */
    record Rows(
            DataStream<ArchivedEvent> events,
            DataStream<SourceRecord<Alert>> alerts,
            DataStream<SourceRecord<Notification>> notifications,
            DataStream<DeadLetter> deadLetters) {}

    private ArchivePipeline() {}

    /** @param horizon how long a repeated event is recognised, in append time */
    static Rows define(
            TopicSource.Streams<Event> events,
            TopicSource.Streams<Alert> alerts,
            TopicSource.Streams<Notification> notifications,
            Duration horizon) {
        DataStream<ArchivedEvent> read = events.records()
                .map(ArchivedEvent::new)
                .returns(ArchivedEvent.TYPE)
                .name("archived event")
                .uid(Uids.Archive.EVENT);
        SingleOutputStreamOperator<SourceRecord<Alert>> storableAlerts =
                storable(alerts, Topics.ALERTS, Alert.class, AlertRowEncoder::problemOf, Uids.Archive.ALERT_GATE);
        SingleOutputStreamOperator<SourceRecord<Notification>> storableNotifications = storable(
                notifications,
                Topics.NOTIFICATIONS,
                Notification.class,
                NotificationRowEncoder::problemOf,
                Uids.Archive.NOTIFICATION_GATE);
        return new Rows(
                Deduplication.of(read, ArchivedEvent.TYPE, horizon),
                storableAlerts,
                storableNotifications,
                events.deadLetters()
                        .union(
                                alerts.deadLetters(),
                                notifications.deadLetters(),
                                storableAlerts.getSideOutput(PlacementGate.DEAD_LETTERS),
                                storableNotifications.getSideOutput(PlacementGate.DEAD_LETTERS)));
    }

    private static <M extends MessageLite> SingleOutputStreamOperator<SourceRecord<M>> storable(
            TopicSource.Streams<M> stream, String topic, Class<M> type, PlacementGate.Check<M> check, String uid) {
        return stream.records()
                .process(new PlacementGate<>(topic, check))
                .returns(new SourceRecordTypeInfo<>(type))
                .name(topic + " placement")
                .uid(uid);
    }
}
