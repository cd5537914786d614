package io.tidegate.jobs.aggregation.pane;

/** Sums that stop at the largest number instead of wrapping: no event, however absurd its amount, may fail the job. */
public final class Saturating {

    private Saturating() {}

    /** {@code a + b}, both at least 0, at most {@link Long#MAX_VALUE}. */
    public static long add(long a, long b) {
        long sum = a + b;
        return sum < 0 && a >= 0 && b >= 0 ? Long.MAX_VALUE : sum;
    }
}
