package io.tidegate.jobs.clickhouse.client;

import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * Where ClickHouse is, for tools that are run beside the jobs: a picocli mixin. The password comes from the environment variable {@code
 * TIDEGATE_CLICKHOUSE_PASSWORD}.
 */
public final class ClickHouseOptions {

    @Option(names = "--clickhouse", defaultValue = "http://127.0.0.1:8123", description = "as the jobs have it")
    private String clickhouse;

    @Option(names = "--clickhouse-database", defaultValue = "tidegate", description = "default: ${DEFAULT-VALUE}")
    private String database;

    @Option(names = "--clickhouse-user", defaultValue = "default", description = "default: ${DEFAULT-VALUE}")
    private String user;

    public String database() {
        return database;
    }

    /**
     * One for each shard, in the order in which they are given.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public List<ClickHouseClientConfig> shards() {
        String password = Optional.ofNullable(System.getenv("TIDEGATE_CLICKHOUSE_PASSWORD"))
                .orElse("");
        return ClickHouseClientConfig.ofShards(
                new ClickHouseConfig(ClickHouseConfig.parseShards(clickhouse), database, user, password, ""));
    }

    /** A client for each shard, for statements that take longer than a commit. */
    public List<ClickHouseClient> clients(Duration requestTimeout) {
        return shards().stream()
                .map(replicas -> new ClickHouseClient(replicas.withRequestTimeout(requestTimeout)))
                .toList();
    }
}
