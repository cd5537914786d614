package io.tidegate.serving.push;

import io.tidegate.serving.config.DataSize;
import java.time.Duration;

/**
 * How listeners are brought up to date: section {@code push.resume} of the configuration.
 *
 * @param journalEvents newest events of each stream topic that are kept in memory; default 20000
 * @param journalSize their bytes, for each topic; default 32MiB
 * @param maxRecords records of the log that one resume may read, other listeners' included; where more were missed, the
 *     listener gets a gap instead; default 500000
 * @param maxStored rows that one resume may get out of ClickHouse; default 100000
 * @param readers threads that read history, each with a connection to Kafka and to ClickHouse of its own; default 2
 * @param maxActive listeners that may read history at a time; others wait; default 64
 * @param maxWaiting listeners that may wait for that; others are sent away with 1013 and keep their cursor; default 20000
 * @param stallTimeout how long a listener that is being brought up to date may take nothing; default 30s
 */
public record ResumeConfig(
        int journalEvents,
        DataSize journalSize,
        int maxRecords,
        int maxStored,
        int readers,
        int maxActive,
        int maxWaiting,
        Duration stallTimeout) {

    public static final ResumeConfig DEFAULT =
            new ResumeConfig(20_000, DataSize.ofMebibytes(32), 500_000, 100_000, 2, 64, 20_000, Duration.ofSeconds(30));
}
