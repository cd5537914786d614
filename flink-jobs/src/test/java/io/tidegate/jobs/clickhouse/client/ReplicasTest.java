package io.tidegate.jobs.clickhouse.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicasTest {

    private static final URI A = URI.create("http://a:1");
    private static final URI B = URI.create("http://b:1");
    private static final URI C = URI.create("http://c:1");

    private long now = Long.MAX_VALUE - 5;
    private final Replicas replicas = new Replicas(List.of(A, B, C), () -> now);

    @Test
    void theFirstKeepsTheWorkWhileItAnswers() {
        for (int i = 0; i < 5; i++) {
            assertThat(succeed()).isEqualTo(A);
        }
    }

    @Test
    void theNextTakesOverAndKeepsTheWork() {
        assertThat(fail()).isEqualTo(A);
        assertThat(succeed()).isEqualTo(B);
        pass(Duration.ofHours(1));

        assertThat(succeed()).isEqualTo(B);
    }

    @Test
    void oneThatFailedIsLeftAloneForItsTime() {
        fail();
        fail();
        assertThat(fail()).isEqualTo(C);
        pass(Duration.ofMillis(1_001));
        succeed();
        pass(Duration.ofMillis(1_001));

        assertThat(replicas.choose().address()).isEqualTo(A);
    }

    @Test
    void whereAllAreAsideTheOneWhoseTimeEndsFirstIsAsked() {
        assertThat(fail()).isEqualTo(A);
        pass(Duration.ofMillis(10));
        assertThat(fail()).isEqualTo(B);
        pass(Duration.ofMillis(10));
        assertThat(fail()).isEqualTo(C);

        assertThat(fail()).isEqualTo(A);
        // A is aside for two seconds now.
        assertThat(replicas.choose().address()).isEqualTo(B);
    }

    @Test
    void theTimeDoublesUpToAMinuteAndASuccessForgetsIt() {
        Replicas one = new Replicas(List.of(A, B), () -> now);
        for (int i = 0; i < 20; i++) {
            one.failed(new Replicas.Choice(0, A, now));
            now++;
        }
        one.succeeded(one.choose());
        pass(Duration.ofSeconds(58));
        assertThat(one.choose().address()).isEqualTo(B);
        one.failed(one.choose());
        pass(Duration.ofMillis(1_500));

        assertThat(one.choose().address()).as("B was aside for a second").isEqualTo(B);
    }

    @Test
    void manyRequestsThatSeeOneFailureCountOnce() {
        Replicas.Choice choice = replicas.choose();
        for (int i = 0; i < 50; i++) {
            replicas.failed(choice);
        }
        replicas.failed(new Replicas.Choice(1, B, now));
        replicas.failed(new Replicas.Choice(2, C, now));
        pass(Duration.ofMillis(1_001));

        assertThat(replicas.choose().address()).isEqualTo(A);
    }

    private URI succeed() {
        Replicas.Choice choice = replicas.choose();
        replicas.succeeded(choice);
        return choice.address();
    }

    private URI fail() {
        Replicas.Choice choice = replicas.choose();
        replicas.failed(choice);
        return choice.address();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
