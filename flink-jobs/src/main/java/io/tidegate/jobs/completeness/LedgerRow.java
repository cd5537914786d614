package io.tidegate.jobs.completeness;

/**
 * A row of table {@code completeness_1m}. The counts are absolute; of a key, the one with the highest version counts.
 *
 * @param countedBy {@link #ARCHIVE}, or the gateway's process
 * @param accepted acknowledged to gateways; 0 in the archive's rows
 * @param records read by the archive; 0 in the gateways' rows, as the following
 * @param repeated among them
 * @param dead among them
 * @param version grows from row to row of a key
 */
public record LedgerRow(
        long minuteMs,
        String topic,
        int partition,
        String countedBy,
        long accepted,
        long records,
        long repeated,
        long dead,
        long version,
        long updatedAtMs) {

    /** In {@code countedBy}: the job. */
    public static final String ARCHIVE = "archive";
}
