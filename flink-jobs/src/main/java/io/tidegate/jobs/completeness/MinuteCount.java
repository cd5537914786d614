package io.tidegate.jobs.completeness;

/**
 * What one subtask counted since the last checkpoint: to be added up.
 *
 * @param topic that was read
 * @param minuteMs the minute's first millisecond of append time
 * @param records that were read, ticks aside
 * @param repeated among them: dropped, because the same came before
 * @param dead among them: written off as dead letters
 */
public record MinuteCount(String topic, int partition, long minuteMs, long records, long repeated, long dead) {

    /** What the books of one partition are kept by. */
    String book() {
        return topic + '/' + partition;
    }
}
