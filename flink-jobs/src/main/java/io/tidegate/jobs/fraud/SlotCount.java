package io.tidegate.jobs.fraud;

/**
 * How many slots of the histories were looked at, for the test that the cost of an event doesn't grow. Counted inside an
 * {@code assert}: where assertions are off, as in production, it costs nothing.
 */
final class SlotCount {

    private static long touched;

    private SlotCount() {}

    /** Always true. */
    static boolean touched() {
        touched++;
        return true;
    }

    static long soFar() {
        return touched;
    }
}
