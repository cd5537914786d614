package io.tidegate.jobs.aggregation.counts;

/** The latest counts of each share of the users. The arrays are changed in place. */
public record CountsByShard(long[] events, long[] users) {

    static CountsByShard empty() {
        return new CountsByShard(new long[EventCounts.SHARDS], new long[EventCounts.SHARDS]);
    }

    static long sum(long[] counts) {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }
}
