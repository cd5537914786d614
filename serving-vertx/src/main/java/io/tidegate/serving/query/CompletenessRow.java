package io.tidegate.serving.query;

/**
 * The books of one partition and one minute of the broker's append time, added up over gateways and shards.
 *
 * @param minuteMs first millisecond of the minute
 * @param accepted acknowledged to gateways; 0 for topics that no gateway writes. Never more than is true
 * @param onTopic read by the archive, ticks aside
 * @param repeated among them: dropped, because the same came before
 * @param dead among them: written to {@code events.dlq}
 * @param stored rows
 */
public record CompletenessRow(
        long minuteMs,
        String topic,
        int partition,
        long accepted,
        long onTopic,
        long repeated,
        long dead,
        long stored) {

    /** A minute of a partition. */
    public record Cell(long minuteMs, String topic, int partition) {}

    public Cell cell() {
        return new Cell(minuteMs, topic, partition);
    }

    /** Rows that should be there. What was accepted and not read yet is one of them. */
    public long expected() {
        return Math.max(accepted, onTopic) - repeated - dead;
    }

    /** Above 0: so many rows are missing; below: so many are too many. */
    public long difference() {
        return expected() - stored;
    }

    CompletenessRow plus(CompletenessRow other) {
        return new CompletenessRow(
                minuteMs,
                topic,
                partition,
                accepted + other.accepted,
                onTopic + other.onTopic,
                repeated + other.repeated,
                dead + other.dead,
                stored + other.stored);
    }

    /** With what is known from elsewhere, if that is more: counts of accepted records only grow. */
    public CompletenessRow atLeastAccepted(long records) {
        return records <= accepted
                ? this
                : new CompletenessRow(minuteMs, topic, partition, records, onTopic, repeated, dead, stored);
    }
}
