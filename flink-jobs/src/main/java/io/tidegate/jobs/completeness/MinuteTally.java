package io.tidegate.jobs.completeness;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Counts records by partition and minute, and hands the counts on before each barrier. So nothing is in state here, and a
 * checkpoint holds exactly the counts of the records before its barrier.
 *
 * <p>Costs a comparison and an addition per record: as a rule a record is of the same partition and minute as the one before.
 */
final class MinuteTally<T> extends AbstractStreamOperator<MinuteCount>
        implements OneInputStreamOperator<T, MinuteCount>, BoundedOneInput {

    private static final long serialVersionUID = 1L;

    private static final long MINUTE_MS = TimeUnit.MINUTES.toMillis(1);

    /** What a counted record is. */
    enum Fate {
        READ,
        /** Read, and counted as such by another tally. */
        REPEATED,
        /** Read, and counted by nobody else. */
        DEAD
    }

    /** Where a record stood and when it was appended. */
    interface Origin<T> extends Serializable {

        String topic(T record);

        int partition(T record);

        long appendedAtMs(T record);
    }

    private record Cell(String topic, int partition, long minuteMs) {}

    private static final class Count {
        private long records;
    }

    private final Origin<T> origin;
    private final Fate fate;

    private transient Map<Cell, Count> counts;
    private transient Cell lastCell;
    private transient Count lastCount;

    MinuteTally(Origin<T> origin, Fate fate) {
        this.origin = Objects.requireNonNull(origin, "origin");
        this.fate = Objects.requireNonNull(fate, "fate");
    }

    @Override
    public void open() throws Exception {
        super.open();
        counts = new HashMap<>();
    }

    @Override
    public void processElement(StreamRecord<T> element) {
        T record = element.getValue();
        long minuteMs = Math.floorDiv(origin.appendedAtMs(record), MINUTE_MS) * MINUTE_MS;
        int partition = origin.partition(record);
        String topic = origin.topic(record);
        if (lastCell == null
                || lastCell.minuteMs != minuteMs
                || lastCell.partition != partition
                || !lastCell.topic.equals(topic)) {
            lastCell = new Cell(topic, partition, minuteMs);
            lastCount = counts.computeIfAbsent(lastCell, cell -> new Count());
        }
        lastCount.records++;
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        flush();
    }

    @Override
    public void endInput() {
        flush();
    }

    private void flush() {
        counts.forEach((cell, count) -> output.collect(new StreamRecord<>(new MinuteCount(
                cell.topic,
                cell.partition,
                cell.minuteMs,
                fate == Fate.REPEATED ? 0 : count.records,
                fate == Fate.REPEATED ? count.records : 0,
                fate == Fate.DEAD ? count.records : 0))));
        counts.clear();
        lastCell = null;
        lastCount = null;
    }
}
