package io.tidegate.jobs.archive;

import io.tidegate.contracts.EnumWords;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.clickhouse.RowEncoder;
import io.tidegate.jobs.clickhouse.TableSchema;
import io.tidegate.jobs.source.DeadLetter;
import io.tidegate.jobs.source.RecordCheck.Refusal;
import io.tidegate.jobs.source.SourceRecord;

/** Rows of table {@code notifications}, see {@code sql/clickhouse/002_alerts_and_notifications.sql} and what follows it. */
public final class NotificationRowEncoder implements RowEncoder<SourceRecord<Notification>> {

    private static final long serialVersionUID = 1L;

    private final TableSchema table;

    public NotificationRowEncoder(String database) {
        table = TableSchema.append(
                database,
                "notifications",
                "notification_id",
                "kind",
                "recipient",
                "message",
                "data",
                "created_at",
                "raised_at",
                "topic_partition",
                "topic_offset",
                "tenant");
    }

    @Override
    public TableSchema table() {
        return table;
    }

    @Override
    public long partitionTimeMs(SourceRecord<Notification> row) {
        return row.message().getCreatedAtMs();
    }

    @Override
    public String shardingColumn() {
        return "notification_id";
    }

    @Override
    public String shardingKey(SourceRecord<Notification> row) {
        return row.message().getNotificationId();
    }

    @Override
    public void encode(SourceRecord<Notification> row, RowBinaryWriter out) {
        Notification notification = row.message();
        out.string(notification.getNotificationId());
        out.string(EnumWords.NOTIFICATION_KINDS.of(notification.getKind(), ""));
        out.string(notification.getRecipient());
        out.string(notification.getMessage());
        out.string(NotificationData.json(notification));
        out.dateTime64Ms(notification.getCreatedAtMs());
        out.dateTime64Ms(row.appendedAtMs());
        out.int32(row.partition());
        out.int64(row.offset());
        out.string(notification.getTenant());
    }

    /** What a record must have to become a row. Null: it has. */
    static Refusal refusalOf(Notification notification) {
        if (notification.getNotificationId().isEmpty()) {
            return new Refusal(DeadLetter.MISSING_FIELD, "notification_id");
        }
        return StoredTime.isStorable(notification.getCreatedAtMs())
                ? null
                : new Refusal(DeadLetter.MISSING_FIELD, "created_at_ms within 1970 to 2100");
    }
}
