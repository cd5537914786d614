package io.tidegate.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;

class RestartPauseTest {

    private static final Duration PAUSE = Duration.ofSeconds(3);

    @Test
    void aShortFirstPauseBecomesLonger() {
        assertThat(firstPause(growing("100 ms", "10 s"))).isEqualTo(PAUSE);
    }

    @Test
    void oneThatIsLongEnoughStays() {
        assertThat(firstPause(growing("5 s", "10 s"))).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void theLongestPauseIsTheLimit() {
        assertThat(firstPause(growing("100 ms", "2 s"))).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void anotherStrategyIsLeftAlone() {
        Configuration fixed = new Configuration();
        fixed.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");

        assertThat(RestartPause.atLeast(PAUSE, fixed).keySet()).isEmpty();
        assertThat(RestartPause.atLeast(PAUSE, new Configuration()).keySet()).isEmpty();
    }

    @Test
    void jobsForWhichNobodyWaitsMakeWay() {
        List<String> makingWay = JobCatalog.all().stream()
                .filter(job -> !job.isUrgent())
                .map(Job::name)
                .toList();

        assertThat(makingWay).containsExactly("archive", "aggregation", "engagement");
    }

    private static Configuration growing(String first, String longest) {
        Configuration configuration = new Configuration();
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
        configuration.setString("restart-strategy.exponential-delay.initial-backoff", first);
        configuration.setString("restart-strategy.exponential-delay.max-backoff", longest);
        return configuration;
    }

    /** Of a job that is run with it. */
    private static Duration firstPause(Configuration configuration) {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.configure(RestartPause.atLeast(PAUSE, env.getConfiguration()));
        env.fromData(1).print();
        return env.getStreamGraph()
                .getJobGraph()
                .getJobConfiguration()
                .get(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF);
    }
}
