package io.tidegate.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tidegate.bench.Benchmark.Figure;
import io.tidegate.bench.Benchmark.Target;
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
                        new Sample(1, SECOND, SECOND, "3 alerts"), new Sample(1, SECOND, SECOND, "2 alerts")))
                .hasMessageContaining("X1")
                .hasMessageContaining("3 alerts and 2 alerts");
    }

    private static Sample sample(long events) {
        return new Sample(events, SECOND, SECOND, "same");
    }

    private static Benchmark benchmark(Figure figure, Target target) {
        return new Benchmark("X1", "one / other", figure, target, "none", true, workload -> null, workload -> null);
    }
}
