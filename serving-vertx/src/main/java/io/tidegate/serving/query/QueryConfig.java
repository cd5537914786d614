package io.tidegate.serving.query;

import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.config.YamlSection;
import java.time.Duration;

/**
 * Section {@code query}.
 *
 * @param cacheFor how long an answer serves others who ask the same; default 1s, 0s to 1m
 * @param cacheSize of all kept answers; default 16MiB
 * @param budgetPerMinute how long a subject may keep ClickHouse busy per minute, then 429; default 1m, 0s (unlimited) to 1h
 * @param limits of one query
 */
public record QueryConfig(Duration cacheFor, DataSize cacheSize, Duration budgetPerMinute, QueryLimits limits) {

    public static final QueryConfig DEFAULT = new QueryConfig(
            Duration.ofSeconds(1), DataSize.ofMebibytes(16), Duration.ofMinutes(1), QueryLimits.DEFAULT);

    /**
     * @throws io.tidegate.serving.config.ConfigException naming the first field that is wrong
     */
    public static QueryConfig read(YamlSection yaml) {
        QueryConfig config = new QueryConfig(
                yaml.duration("cacheFor", DEFAULT.cacheFor(), Duration.ZERO, Duration.ofMinutes(1)),
                yaml.size("cacheSize", DEFAULT.cacheSize(), DataSize.ofKibibytes(64), DataSize.ofMebibytes(4096)),
                yaml.duration("budgetPerMinute", DEFAULT.budgetPerMinute(), Duration.ZERO, Duration.ofHours(1)),
                QueryLimits.read(yaml));
        yaml.finish();
        return config;
    }
}
