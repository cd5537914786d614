package io.tidegate.jobs.archive;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.LedgerEntry;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.completeness.Completeness;
import io.tidegate.jobs.completeness.LedgerRow;
import io.tidegate.jobs.source.DeadLetter;
import io.tidegate.jobs.source.Deduplication;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.jobs.source.SourceRecordTypeInfo;
import io.tidegate.jobs.source.TopicSource;
import java.time.Duration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** From the topics to what is stored: repeats dropped, dead letters of all topics in one stream, and the books on all of it. */
final class ArchivePipeline {

    /**
     * @param events each once
     * @param alerts each once; all of them have a row
     * @param notifications each once; all of them have a row
     * @param completeness the books
     * @param deadLetters of all topics
     */
    record Rows(
            DataStream<ArchivedEvent> events,
            DataStream<SourceRecord<Alert>> alerts,
            DataStream<SourceRecord<Notification>> notifications,
            DataStream<LedgerRow> completeness,
            DataStream<DeadLetter> deadLetters) {}

    private ArchivePipeline() {}

    /** @param horizon how long a repeat is recognised, in append time */
    static Rows define(
            TopicSource.Streams<Event> events,
            TopicSource.Streams<Alert> alerts,
            TopicSource.Streams<Notification> notifications,
            TopicSource.Streams<LedgerEntry> ledger,
            Duration horizon) {
        DataStream<ArchivedEvent> read = events.records()
                .map(ArchivedEvent::new)
                .returns(ArchivedEvent.TYPE)
                .name("archived event")
                .uid(Uids.Archive.EVENT);
        SingleOutputStreamOperator<ArchivedEvent> distinctEvents = Deduplication.of(read, ArchivedEvent.TYPE, horizon);
        // A detection job that starts from an old savepoint raises the same alerts again, with their ids.
        SingleOutputStreamOperator<SourceRecord<Alert>> distinctAlerts = Deduplication.of(
                alerts.records(),
                new SourceRecordTypeInfo<>(Alert.class),
                horizon,
                new AlertIdentity(),
                Uids.Archive.ALERT_DEDUPLICATION);
        SingleOutputStreamOperator<SourceRecord<Notification>> distinctNotifications = Deduplication.of(
                notifications.records(),
                new SourceRecordTypeInfo<>(Notification.class),
                horizon,
                new NotificationIdentity(),
                Uids.Archive.NOTIFICATION_DEDUPLICATION);
        DataStream<DeadLetter> deadLetters =
                events.deadLetters().union(alerts.deadLetters(), notifications.deadLetters(), ledger.deadLetters());
        DataStream<LedgerRow> completeness = new Completeness()
                .read(events.records(), Topics.EVENTS)
                .read(alerts.records(), Topics.ALERTS)
                .read(notifications.records(), Topics.NOTIFICATIONS)
                .repeated(Deduplication.repeats(distinctEvents), ArchivedEvent::source, Topics.EVENTS)
                .repeated(Deduplication.repeats(distinctAlerts), record -> record, Topics.ALERTS)
                .repeated(Deduplication.repeats(distinctNotifications), record -> record, Topics.NOTIFICATIONS)
                .dead(deadLetters)
                .rows(ledger);
        return new Rows(distinctEvents, distinctAlerts, distinctNotifications, completeness, deadLetters);
    }

    private static final class AlertIdentity implements Deduplication.Identity<SourceRecord<Alert>> {

        private static final long serialVersionUID = 1L;

        @Override
        public String owner(SourceRecord<Alert> record) {
            return record.message().getSubject();
        }

        @Override
        public String id(SourceRecord<Alert> record) {
            return record.message().getAlertId();
        }

        @Override
        public long appendedAtMs(SourceRecord<Alert> record) {
            return record.appendedAtMs();
        }
    }

    private static final class NotificationIdentity implements Deduplication.Identity<SourceRecord<Notification>> {

        private static final long serialVersionUID = 1L;

        @Override
        public String owner(SourceRecord<Notification> record) {
            return record.message().getRecipient();
        }

        @Override
        public String id(SourceRecord<Notification> record) {
            return record.message().getNotificationId();
        }

        @Override
        public long appendedAtMs(SourceRecord<Notification> record) {
            return record.appendedAtMs();
        }
    }
}
