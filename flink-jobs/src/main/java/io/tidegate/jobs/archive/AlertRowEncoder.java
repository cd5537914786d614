package io.tidegate.jobs.archive;

import io.tidegate.contracts.EnumWords;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.clickhouse.RowEncoder;
import io.tidegate.jobs.clickhouse.TableSchema;
import io.tidegate.jobs.source.DeadLetter;
import io.tidegate.jobs.source.RecordCheck.Refusal;
import io.tidegate.jobs.source.SourceRecord;

/** Rows of table {@code alerts}, see {@code sql/clickhouse/002_alerts_and_notifications.sql} and what follows it. */
public final class AlertRowEncoder implements RowEncoder<SourceRecord<Alert>> {

    private static final long serialVersionUID = 1L;

    private final TableSchema table;

    public AlertRowEncoder(String database) {
        table = TableSchema.append(
                database,
                "alerts",
                "alert_id",
                "kind",
                "rule_id",
                "rule_version",
                "subject",
                "severity",
                "message",
                "event_ids",
                "detected_at",
                "started_at",
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
    public long partitionTimeMs(SourceRecord<Alert> row) {
        return row.message().getDetectedAtMs();
    }

    @Override
    public String shardingColumn() {
        return "alert_id";
    }

    @Override
    public String shardingKey(SourceRecord<Alert> row) {
        return row.message().getAlertId();
    }

    @Override
    public void encode(SourceRecord<Alert> row, RowBinaryWriter out) {
        Alert alert = row.message();
        out.string(alert.getAlertId());
        out.string(EnumWords.ALERT_KINDS.of(alert.getKind(), ""));
        out.string(alert.getRuleId());
        out.uint32(alert.getRuleVersion());
        out.string(alert.getSubject());
        out.string(EnumWords.SEVERITIES.of(alert.getSeverity(), ""));
        out.string(alert.getMessage());
        out.strings(alert.getEventIdsList());
        out.dateTime64Ms(alert.getDetectedAtMs());
        out.dateTime64Ms(StoredTime.orElse(alert.getStartedAtMs(), alert.getDetectedAtMs()));
        out.dateTime64Ms(row.appendedAtMs());
        out.int32(row.partition());
        out.int64(row.offset());
        out.string(alert.getTenant());
    }

    /** What a record must have to become a row. Null: it has. */
    static Refusal refusalOf(Alert alert) {
        if (alert.getAlertId().isEmpty()) {
            return new Refusal(DeadLetter.MISSING_FIELD, "alert_id");
        }
        return StoredTime.isStorable(alert.getDetectedAtMs())
                ? null
                : new Refusal(DeadLetter.MISSING_FIELD, "detected_at_ms within 1970 to 2100");
    }
}
