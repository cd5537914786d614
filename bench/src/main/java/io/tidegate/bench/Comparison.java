package io.tidegate.bench;

import io.tidegate.bench.process.Cpu;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The repetitions of a benchmark: pairs of samples, and what they say. */
public final class Comparison {

    /**
     * A part of a side's CPU time.
     *
     * @param threads what they are called without their numbers, in the first fifteen characters
     * @param share of all, 0 to 1
     */
    public record Part(String threads, double share) {}

    private final Benchmark benchmark;
    private final List<Sample> numerators = new ArrayList<>();
    private final List<Sample> denominators = new ArrayList<>();

    public Comparison(Benchmark benchmark) {
        this.benchmark = benchmark;
    }

    public Benchmark benchmark() {
        return benchmark;
    }

    /**
     * A repetition, both sides run one right after the other.
     *
     * @param denominator null where the benchmark has none
     * @throws ContentsDifferException where the two sides did different work
     */
    public void add(Sample numerator, Sample denominator) throws ContentsDifferException {
        if (denominator == null != benchmark.denominator().isEmpty()) {
            throw new IllegalArgumentException(benchmark.id() + ": a sample of each side is expected");
        }
        if (denominator == null) {
            numerators.add(numerator);
            return;
        }
        if (benchmark.sameContents() && !numerator.contents().equals(denominator.contents())) {
            throw new ContentsDifferException(benchmark.id() + ": the two sides differ in their results: "
                    + numerator.contents() + " and " + denominator.contents());
        }
        numerators.add(numerator);
        denominators.add(denominator);
    }

    public int reps() {
        return numerators.size();
    }

    public double ratioMedian() {
        return median(ratios());
    }

    public double ratioMin() {
        return ratios().get(0);
    }

    public double ratioMax() {
        return ratios().get(reps() - 1);
    }

    public boolean met() {
        return benchmark.target().isMetBy(ratioMedian());
    }

    public double numeratorPerCpuSecond() {
        return median(numerators.stream().map(Sample::perCpuSecond).sorted().toList());
    }

    /** Empty where there is none. */
    public OptionalDouble denominatorPerCpuSecond() {
        return denominators.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(median(
                        denominators.stream().map(Sample::perCpuSecond).sorted().toList()));
    }

    /** Where the numerator's CPU time went: parts of it by groups of threads, over all repetitions; none where they aren't known. */
    public List<Part> numeratorParts() {
        return parts(numerators);
    }

    /** The same of the denominator. */
    public List<Part> denominatorParts() {
        return parts(denominators);
    }

    private static List<Part> parts(List<Sample> samples) {
        double all = samples.stream().mapToLong(Sample::cpuNanos).sum();
        return Cpu.sum(samples.stream().map(Sample::cpu).toList()).stream()
                .map(share -> new Part(share.group(), share.nanos() / all))
                .toList();
    }

    /** The ratio by the clock on the wall; empty where there is no denominator. */
    public OptionalDouble wallRatioMedian() {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < denominators.size(); i++) {
            ratios.add(numerators.get(i).perSecond() / denominators.get(i).perSecond());
        }
        ratios.sort(null);
        return ratios.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(median(ratios));
    }

    private List<Double> ratios() {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < numerators.size(); i++) {
            ratios.add(
                    benchmark.figure().ratio(numerators.get(i), denominators.isEmpty() ? null : denominators.get(i)));
        }
        ratios.sort(null);
        return ratios;
    }

    private static double median(List<Double> sorted) {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** A figure of work that wasn't the same would be none. */
    public static final class ContentsDifferException extends Exception {
        private static final long serialVersionUID = 1L;

        ContentsDifferException(String message) {
            super(message);
        }
    }
}
