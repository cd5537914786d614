package io.tidegate.bench;

import io.tidegate.bench.process.Cpu.Spent;
import java.util.List;

/**
 * What one repetition of one side brought.
 *
 * @param events processed while measured
 * @param cpu time of the process under test, for these events
 * @param wallNanos for these events
 * @param values where something else than a rate is measured: milliseconds or counts, as the benchmarks say that share them
 * @param contents of the result, as a digest or a count: equal on both sides, or the comparison is none
 */
public record Sample(long events, Spent cpu, long wallNanos, List<Double> values, String contents) {

    public Sample {
        values = List.copyOf(values);
    }

    /** Of a side that is measured by its rate. */
    public Sample(long events, Spent cpu, long wallNanos, String contents) {
        this(events, cpu, wallNanos, List.of(), contents);
    }

    /** The same with one of its values only. */
    public Sample withValue(int index) {
        return new Sample(events, cpu, wallNanos, List.of(values.get(index)), contents);
    }

    /** The same with another account of what it brought. */
    public Sample withContents(String other) {
        return new Sample(events, cpu, wallNanos, values, other);
    }

    /** The only one. */
    public double value() {
        if (values.size() != 1) {
            throw new IllegalStateException("not one value but " + values);
        }
        return values.get(0);
    }

    public long cpuNanos() {
        return cpu.nanos();
    }

    /** Events a second of CPU time. */
    public double perCpuSecond() {
        return events * 1e9 / cpuNanos();
    }

    /** Events a second by the clock on the wall. */
    public double perSecond() {
        return events * 1e9 / wallNanos;
    }
}
