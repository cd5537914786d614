package io.tidegate.bench.growth;

import io.tidegate.bench.Sample;
import io.tidegate.bench.trial.Trial;
import io.tidegate.bench.trial.Trial.Part;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measures a curve: all points up, then down, then up again, so that whatever changes on the machine meanwhile is shared fairly. */
public final class GrowthRun {

    private GrowthRun() {}

    public static List<GrowthRow> of(Growth.Curve curve, Trial trial, boolean smoke, int reps)
            throws IOException, InterruptedException {
        Map<Growth.Point, List<Sample>> samples = new LinkedHashMap<>();
        List<Growth.Point> points = curve.points(smoke);
        points.forEach(point -> samples.put(point, new ArrayList<>()));
        for (int i = 0; i < reps; i++) {
            for (int j = 0; j < points.size(); j++) {
                Growth.Point point = points.get(i % 2 == 0 ? j : points.size() - 1 - j);
                Sample sample = trial.run(point.benchmark(), Part.NUMERATOR);
                samples.get(point).add(sample);
                System.out.printf(
                        Locale.ROOT,
                        "  %s %,d: %.2f µs an event%n",
                        curve.id(),
                        point.place(),
                        sample.cpuNanos() / 1e3 / sample.events());
            }
        }
        return samples.entrySet().stream()
                .map(entry -> GrowthRow.of(entry.getKey(), entry.getValue()))
                .toList();
    }
}
