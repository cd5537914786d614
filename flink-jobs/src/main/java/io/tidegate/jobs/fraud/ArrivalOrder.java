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
        int byPartition =
                Integer.compare(left.event().partition(), right.event().partition());
        return byPartition != 0
                ? byPartition
                : Long.compare(left.event().offset(), right.event().offset());
    }
}
