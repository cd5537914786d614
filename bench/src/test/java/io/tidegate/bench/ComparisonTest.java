package io.tidegate.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tidegate.bench.Benchmark.Figure;
import io.tidegate.bench.Benchmark.Target;
import io.tidegate.bench.Comparison.Part;
import io.tidegate.bench.process.Cpu.Share;
import io.tidegate.bench.process.Cpu.Spent;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static final long SECOND = 1_000_000_000;

    @Test
    void theRatioIsTheMedianOfThePairs() throws Exception {
        Comparison comparison = new Comparison(benchmark(Figure.RATE, Target.atLeast(2)));

        comparison.add(sample(400), sample(100));
        comparison.add(sample(100), sample(100));
        comparison.add(sample(300), sample(100));

        assertThat(comparison.ratioMedian()).isEqualTo(3, within(1e-9));
        assertThat(comparison.ratioMin()).isEqualTo(1, within(1e-9));
        assertThat(comparison.ratioMax()).isEqualTo(4, within(1e-9));
        assertThat(comparison.met()).isTrue();
        assertThat(comparison.reps()).isEqualTo(3);
    }

    @Test
    void costIsTheOtherWayRound() throws Exception {
        Comparison comparison = new Comparison(benchmark(Figure.COST, Target.atMost(1.3)));

        comparison.add(sample(100), sample(150));

        assertThat(comparison.ratioMedian()).isEqualTo(1.5, within(1e-9));
        assertThat(comparison.met()).isFalse();
    }

    @Test
    void sidesThatDidDifferentWorkAreNotCompared() {
        Comparison comparison = new Comparison(benchmark(Figure.RATE, Target.atLeast(1)));

        assertThatThrownBy(() -> comparison.add(
                        sample(1).withContents("3 alerts"), sample(1).withContents("2 alerts")))
                .hasMessageContaining("X1")
                .hasMessageContaining("3 alerts and 2 alerts");
    }

    @Test
    void partsOfTheTimeAreThoseOfAllRepetitions() throws Exception {
        Comparison comparison = new Comparison(benchmark(Figure.RATE, Target.atLeast(1)));

        comparison.add(
                sample(1, new Spent(60, List.of(new Share("task", 40), new Share("compiler", 20)))),
                sample(1, new Spent(10, List.of(new Share("sender", 10)))));
        comparison.add(
                sample(1, new Spent(40, List.of(new Share("compiler", 30), new Share("task", 10)))),
                sample(1, new Spent(10, List.of(new Share("sender", 10)))));

        assertThat(comparison.numeratorParts()).containsExactly(new Part("compiler", 0.5), new Part("task", 0.5));
        assertThat(comparison.denominatorParts()).containsExactly(new Part("sender", 1));
    }

    private static Sample sample(long events, Spent cpu) {
        return new Sample(events, cpu, SECOND, "same");
    }

    private static Sample sample(long events) {
        return sample(events, new Spent(SECOND));
    }

    private static Benchmark benchmark(Figure figure, Target target) {
        return new Benchmark("X1", "one / other", figure, target, "none", true, workload -> null, workload -> null);
    }
}
