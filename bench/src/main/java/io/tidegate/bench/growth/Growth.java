package io.tidegate.bench.growth;

import io.tidegate.bench.Benchmark;
import io.tidegate.bench.Benchmark.Figure;
import io.tidegate.bench.Benchmark.Target;
import io.tidegate.bench.Sample;
import io.tidegate.bench.Side;
import io.tidegate.bench.process.Cpu.Spent;
import io.tidegate.bench.stream.StreamBenchmarks;
import io.tidegate.bench.workload.Workload;
import io.tidegate.jobs.fraud.DetectionCost;
import io.tidegate.jobs.fraud.DetectionCost.Footprint;
import io.tidegate.jobs.fraud.DetectionCost.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * What an event costs while something grows: curves of several points, where the targets ask for both ends only. Each point is measured by
 * itself, as one side of a benchmark is.
 */
public final class Growth {

    private static final long SEED = 42;

    /** Points in the smallest run: enough to have two of a curve. */
    private static final int SMOKE_POINTS = 2;

    /** What grows. */
    public enum Curve {
        /** Events a second: the whole fraud job, from topic to topic. */
        LOAD("load", "times the load, whole fraud job", "jobs-load", List.of(1, 2, 4, 10), Growth::atLoad),
        /** Users that have a history: the operators of detection alone. Its samples have state and heap of a user too. */
        KEYS(
                "keys",
                "users, detection alone",
                "growth-keys",
                List.of(1_000, 10_000, 100_000, 1_000_000),
                Growth::ofUsers),
        /** Rules that look at each event: the operators of detection alone. */
        RULES(
                "rules",
                "rules that look at each event, detection alone",
                "growth-rules",
                List.of(1, 3, 10, 30, 100),
                Growth::ofRules);

        private final String id;
        private final String axis;
        private final String workload;
        private final List<Integer> places;
        private final BiFunction<Workload, Integer, Side> side;

        Curve(String id, String axis, String workload, List<Integer> places, BiFunction<Workload, Integer, Side> side) {
            this.id = id;
            this.axis = axis;
            this.workload = workload;
            this.places = places;
            this.side = side;
        }

        public String id() {
            return id;
        }

        /** What its places are. */
        public String axis() {
            return axis;
        }

        public static Optional<Curve> byId(String id) {
            return List.of(values()).stream()
                    .filter(curve -> curve.id.equals(id))
                    .findFirst();
        }

        /** @param smoke the first ones only */
        public List<Point> points(boolean smoke) {
            return places.stream()
                    .limit(smoke ? SMOKE_POINTS : places.size())
                    .map(place -> new Point(this, place))
                    .toList();
        }
    }

    /** One measurement of a curve. */
    public record Point(Curve curve, int place) {

        /** To be run by a trial: it has a numerator only. */
        public Benchmark benchmark() {
            Function<Workload, Side> side = workload -> curve.side.apply(workload, place);
            return new Benchmark(
                    "growth-" + curve.id + '-' + place,
                    "cost per event at " + place + ' ' + curve.axis,
                    Figure.VALUE,
                    // Nobody's: the targets are G1 and G2.
                    Target.atLeast(0),
                    curve.workload,
                    false,
                    side,
                    Optional.empty(),
                    Optional.empty());
        }
    }

    private Growth() {}

    /** Every point as a benchmark, for the process that is to run one. */
    public static List<Benchmark> benchmarks() {
        List<Benchmark> benchmarks = new ArrayList<>();
        for (Curve curve : Curve.values()) {
            curve.points(false).forEach(point -> benchmarks.add(point.benchmark()));
        }
        return benchmarks;
    }

    private static Side atLoad(Workload load, int times) {
        return () -> StreamBenchmarks.atRate(load, times);
    }

    private static Side ofUsers(Workload load, int users) {
        return () -> {
            Footprint footprint = DetectionCost.ofUsers(workload(load, users));
            return sample(footprint.cost(), List.of(footprint.stateBytes(), footprint.heapBytes()));
        };
    }

    private static Side ofRules(Workload load, int rules) {
        return () -> sample(DetectionCost.ofRules(rules, workload(load, load.number("users"))), List.of());
    }

    private static DetectionCost.Workload workload(Workload load, int users) {
        return new DetectionCost.Workload(
                load.number("openMatches"), users, load.number("warmUp"), load.number("events"), SEED);
    }

    private static Sample sample(Result result, List<Double> values) {
        return new Sample(
                result.events(),
                new Spent(result.cpuNanos()),
                result.wallNanos(),
                values,
                result.alerts().size() + " alerts");
    }
}
