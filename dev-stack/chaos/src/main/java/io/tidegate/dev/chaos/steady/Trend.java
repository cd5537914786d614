package io.tidegate.dev.chaos.steady;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How a figure of a process went.
 *
 * @param first and last, as they were sampled
 * @param perHour slope of the straight line through all samples of the second half: what it had to fill at the start is over by then
 */
record Trend(double first, double last, double least, double most, double perHour) {

    /** Empty where the figure has no values. */
    static Optional<Trend> of(List<Sample> samples, Sample.Figure figure) {
        double first = Double.NaN;
        double last = Double.NaN;
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        int values = 0;
        for (Sample sample : samples) {
            OptionalDouble value = figure.of(sample);
            if (value.isPresent()) {
                last = value.getAsDouble();
                first = values++ == 0 ? last : first;
                least = Math.min(least, last);
                most = Math.max(most, last);
            }
        }
        return values == 0
                ? Optional.empty()
                : Optional.of(new Trend(first, last, least, most, slope(samples, figure) * 60));
    }

    /** Per minute; least squares. */
    private static double slope(List<Sample> samples, Sample.Figure figure) {
        double half = samples.get(samples.size() - 1).minute() / 2;
        double n = 0;
        double sumX = 0;
        double sumY = 0;
        double sumXx = 0;
        double sumXy = 0;
        for (Sample sample : samples) {
            OptionalDouble value = figure.of(sample);
            if (value.isPresent() && sample.minute() >= half) {
                double x = sample.minute();
                double y = value.getAsDouble();
                n++;
                sumX += x;
                sumY += y;
                sumXx += x * x;
                sumXy += x * y;
            }
        }
        double spread = n * sumXx - sumX * sumX;
        return n < 2 || spread == 0 ? 0 : (n * sumXy - sumX * sumY) / spread;
    }
}
