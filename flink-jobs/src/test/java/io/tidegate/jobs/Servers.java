package io.tidegate.jobs;

import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import java.io.IOException;
import java.nio.file.Path;

/** What a job runs between: a broker with the topics and an engine with the tables. */
public record Servers(KafkaBroker broker, ClickHouseProcess clickHouse) implements AutoCloseable {

    /**
     * Starts both.
     *
     * @param directory for their data
     * @param partitions of the keyed topics
     */
    public static Servers start(Path directory, int partitions) throws IOException {
        ClickHouseProcess clickHouse = ClickHouseProcess.start(directory.resolve("clickhouse"));
        try {
            Migrations.apply(clickHouse.uri(), Path.of("..", "sql", "clickhouse"));
            KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"));
            TopicSetup.ensure(broker.bootstrapServers(), partitions);
            return new Servers(broker, clickHouse);
        } catch (IOException | RuntimeException e) {
            clickHouse.close();
            throw e;
        }
    }

    public String kafka() {
        return broker.bootstrapServers();
    }

    /** How a job is told where they are. */
    public JobConfig config() {
        return JobConfig.of(kafka(), JobConfig.ClickHouseConfig.local(clickHouse.uri()));
    }

    @Override
    public void close() throws IOException {
        broker.close();
        clickHouse.close();
    }
}
