package io.tidegate.bench;

import io.tidegate.bench.detection.DetectionBenchmarks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every benchmark there is, in the order of the report. */
public final class Benchmarks {

    private Benchmarks() {}

    public static List<Benchmark> all() {
        List<Benchmark> all = new ArrayList<>();
        all.addAll(DetectionBenchmarks.all());
        return all;
    }

    public static Optional<Benchmark> byId(String id) {
        return all().stream()
                .filter(benchmark -> benchmark.id().equalsIgnoreCase(id))
                .findFirst();
    }
}
