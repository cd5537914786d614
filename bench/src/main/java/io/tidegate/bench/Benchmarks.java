package io.tidegate.bench;

import io.tidegate.bench.alerting.AlertingBenchmarks;
import io.tidegate.bench.detection.DetectionBenchmarks;
import io.tidegate.bench.growth.Growth;
import io.tidegate.bench.ingest.IngestBenchmarks;
import io.tidegate.bench.push.PushBenchmarks;
import io.tidegate.bench.sink.SinkBenchmarks;
import io.tidegate.bench.stream.StreamBenchmarks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Every benchmark there is, in the order of the report. */
public final class Benchmarks {

    private Benchmarks() {}

    public static List<Benchmark> all() {
        List<Benchmark> all = new ArrayList<>();
        all.addAll(IngestBenchmarks.all());
        all.addAll(StreamBenchmarks.all());
        all.addAll(DetectionBenchmarks.all());
        all.addAll(SinkBenchmarks.all());
        all.addAll(PushBenchmarks.all());
        all.addAll(AlertingBenchmarks.all());
        return all;
    }

    /** Points of curves too, see {@link Growth}. */
    public static Optional<Benchmark> byId(String id) {
        return Stream.concat(all().stream(), Growth.benchmarks().stream())
                .filter(benchmark -> benchmark.id().equalsIgnoreCase(id))
                .findFirst();
    }
}
