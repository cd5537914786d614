package io.tidegate.jobs;

import java.time.Duration;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.RestartStrategyOptions;

/** How long a job waits before it starts again after a failure. */
final class RestartPause {

    private static final Set<String> GROWING =
            RestartStrategyOptions.RestartStrategyType.EXPONENTIAL_DELAY.getAllAvailableValues();

    private RestartPause() {}

    /**
     * What a job's configuration has to say so that its first pause is at least so long, though never longer than its longest one. Nothing
     * where the pauses don't grow: whoever has chosen another strategy, has chosen.
     */
    static Configuration atLeast(Duration pause, ReadableConfig configured) {
        Configuration change = new Configuration();
        if (configured
                .getOptional(RestartStrategyOptions.RESTART_STRATEGY)
                .filter(GROWING::contains)
                .isPresent()) {
            Duration first = configured.get(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF);
            Duration longest = configured.get(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF);
            Duration wanted = pause.compareTo(longest) < 0 ? pause : longest;
            if (first.compareTo(wanted) < 0) {
                change.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF, wanted);
            }
        }
        return change;
    }
}
