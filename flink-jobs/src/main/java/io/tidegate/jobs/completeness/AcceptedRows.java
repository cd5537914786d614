package io.tidegate.jobs.completeness;

import io.tidegate.contracts.v1.Accepted;
import io.tidegate.contracts.v1.LedgerEntry;
import io.tidegate.contracts.v1.LedgerEntry.EntryCase;
import io.tidegate.jobs.source.DeadLetter;
import io.tidegate.jobs.source.RecordCheck.Refusal;
import io.tidegate.jobs.source.SourceRecord;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.util.Collector;

/** What gateways accepted, as rows; findings, which are on the same topic, are none of this job's business. */
final class AcceptedRows implements FlatMapFunction<SourceRecord<LedgerEntry>, LedgerRow> {

    private static final long serialVersionUID = 1L;

    private static final long MINUTE_MS = TimeUnit.MINUTES.toMillis(1);
    /** 2100-01-01: within what the table can hold. */
    private static final long LIMIT_MS = 4_102_444_800_000L;

    @Override
    public void flatMap(SourceRecord<LedgerEntry> record, Collector<LedgerRow> out) {
        if (record.message().getEntryCase() == EntryCase.ACCEPTED) {
            Accepted accepted = record.message().getAccepted();
            out.collect(new LedgerRow(
                    accepted.getMinuteMs(),
                    accepted.getTopic(),
                    accepted.getPartition(),
                    accepted.getGateway(),
                    accepted.getRecords(),
                    0,
                    0,
                    0,
                    // It only grows.
                    accepted.getRecords(),
                    record.appendedAtMs()));
        }
    }

    /** What a record must have to become a row. Null: it has. */
    static Refusal refusalOf(LedgerEntry entry) {
        if (entry.getEntryCase() != EntryCase.ACCEPTED) {
            return entry.getEntryCase() == EntryCase.ENTRY_NOT_SET
                    ? new Refusal(DeadLetter.UNKNOWN_TYPE, "no entry that this version knows")
                    : null;
        }
        Accepted accepted = entry.getAccepted();
        if (accepted.getGateway().isEmpty() || accepted.getGateway().equals(LedgerRow.ARCHIVE)) {
            return new Refusal(DeadLetter.MISSING_FIELD, "gateway");
        }
        if (accepted.getTopic().isEmpty()) {
            return new Refusal(DeadLetter.MISSING_FIELD, "topic");
        }
        if (accepted.getMinuteMs() <= 0
                || accepted.getMinuteMs() >= LIMIT_MS
                || accepted.getMinuteMs() % MINUTE_MS != 0) {
            return new Refusal(DeadLetter.MISSING_FIELD, "minute_ms: a whole minute within 1970 to 2100");
        }
        return null;
    }
}
