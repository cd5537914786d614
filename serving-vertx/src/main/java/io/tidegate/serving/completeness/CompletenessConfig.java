package io.tidegate.serving.completeness;

import io.tidegate.serving.config.YamlSection;
import java.time.Duration;

/**
 * Section {@code completeness}.
 *
 * @param interval between two comparisons; default 10s, 100ms to 10m
 * @param settling how long after its end a minute's books must balance; above the jobs' checkpoint interval; default 1m, 1s to 1h
 * @param window how far back books are compared; at most the jobs' de-duplication horizon, because a repeat beyond it takes the place
 *     of the row before; default 1h, 5m to 24h
 */
public record CompletenessConfig(Duration interval, Duration settling, Duration window) {

    public static final CompletenessConfig DEFAULT =
            new CompletenessConfig(Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofHours(1));

    /**
     * @throws io.tidegate.serving.config.ConfigException naming the first field that is wrong
     */
    public static CompletenessConfig read(YamlSection yaml) {
        CompletenessConfig config = new CompletenessConfig(
                yaml.duration("interval", DEFAULT.interval(), Duration.ofMillis(100), Duration.ofMinutes(10)),
                yaml.duration("settling", DEFAULT.settling(), Duration.ofSeconds(1), Duration.ofHours(1)),
                yaml.duration("window", DEFAULT.window(), Duration.ofMinutes(5), Duration.ofHours(24)));
        yaml.finish();
        return config;
    }
}
