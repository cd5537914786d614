package io.tidegate.bench;

/**
 * What one repetition of one side brought.
 *
 * @param events processed while measured
 * @param cpuNanos of the process under test, for these events
 * @param wallNanos for these events
 * @param contents of the result, as a digest or a count: equal on both sides, or the comparison is none
 */
public record Sample(long events, long cpuNanos, long wallNanos, String contents) {

    /** Events a second of CPU time. */
    public double perCpuSecond() {
        return events * 1e9 / cpuNanos;
    }
}
