package io.tidegate.jobs.fraud;

import org.apache.flink.cep.EventComparator;

/**
 * The order of events with equal detection time: as they arrived. A user's events share a partition, so it is exact for them;
 * between partitions there is no order, so the lower one goes first, which is at least the same in every run.
 */
final class ArrivalOrder implements EventComparator<SubjectEvent> {

    private static final long serialVersionUID = 1L;

    @Override
    public int compare(SubjectEvent left, SubjectEvent right) {
        return byPlace(left.event(), right.event());
    }

    /** The order of detection: by time, then as they arrived. */
    static int byTime(FraudEvent left, FraudEvent right) {
        int byTime = Long.compare(left.timeMs(), right.timeMs());
        return byTime != 0 ? byTime : byPlace(left, right);
    }

    private static int byPlace(FraudEvent left, FraudEvent right) {
        int byPartition = Integer.compare(left.partition(), right.partition());
        return byPartition != 0 ? byPartition : Long.compare(left.offset(), right.offset());
    }
}
