package io.tidegate.jobs.clickhouse;

import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.jobs.clickhouse.client.ClickHouseClientConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.testframe.environment.MiniClusterTestEnvironment;
import org.apache.flink.connector.testframe.external.ExternalContextFactory;
import org.apache.flink.connector.testframe.external.ExternalSystemDataReader;
import org.apache.flink.connector.testframe.external.sink.DataStreamSinkV2ExternalContext;
import org.apache.flink.connector.testframe.external.sink.TestingSinkSettings;
import org.apache.flink.connector.testframe.junit.annotations.TestContext;
import org.apache.flink.connector.testframe.junit.annotations.TestEnv;
import org.apache.flink.connector.testframe.junit.annotations.TestSemantics;
import org.apache.flink.connector.testframe.testsuites.SinkTestSuiteBase;
import org.apache.flink.core.execution.CheckpointingMode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * Flink's own suite for sinks: a job to its end, from a savepoint, with more and with fewer subtasks, and its metrics;
 * against the real engine.
 */
class ClickHouseSinkSuiteTest extends SinkTestSuiteBase<String> {

    private static final String DATABASE = "sink_suite";

    @TempDir
    static Path data;

    private static ClickHouseProcess clickHouse;

    @TestSemantics
    CheckpointingMode[] semantics = {CheckpointingMode.EXACTLY_ONCE};

    @TestEnv
    MiniClusterTestEnvironment flink = new MiniClusterTestEnvironment();

    @TestContext
    ExternalContextFactory<TableOfTexts> tables = test -> new TableOfTexts();

    @BeforeAll
    static void startClickHouse() throws IOException {
        clickHouse = ClickHouseProcess.start(data);
        clickHouse.query("CREATE DATABASE " + DATABASE);
    }

    @AfterAll
    static void stopClickHouse() throws IOException {
        clickHouse.close();
    }

    /** A table of its own for each of the suite's tests. */
    static final class TableOfTexts implements DataStreamSinkV2ExternalContext<String> {

        private static final AtomicInteger NEXT = new AtomicInteger();

        private final TextEncoder encoder =
                new TextEncoder(TableSchema.append(DATABASE, "texts_" + NEXT.incrementAndGet(), "text", "at"));

        @Override
        public Sink<String> createSink(TestingSinkSettings settings) {
            try {
                clickHouse.query("CREATE TABLE IF NOT EXISTS "
                        + encoder.table().qualifiedName()
                        + " (text String, at DateTime64(3, 'UTC'), _batch_id UUID, _lineage LowCardinality(String))"
                        + " ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY text"
                        + " SETTINGS non_replicated_deduplication_window = 1000");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return ClickHouseSink.of(encoder, ClickHouseClientConfig.of(clickHouse.uri()))
                    .withoutUid()
                    .build();
        }

        @Override
        public ExternalSystemDataReader<String> createSinkDataReader(TestingSinkSettings settings) {
            return new NewRows(encoder.table().qualifiedName());
        }

        @Override
        public List<String> generateTestData(TestingSinkSettings settings, long seed) {
            Random random = new Random(seed);
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                texts.add(i + "-" + Long.toHexString(random.nextLong()));
            }
            return texts;
        }

        @Override
        public TypeInformation<String> getProducedType() {
            return Types.STRING;
        }

        @Override
        public List<URL> getConnectorJarPaths() {
            return List.of();
        }

        @Override
        public void close() {}

        @Override
        public String toString() {
            return "ClickHouse";
        }
    }

    /** Gives each row of a table once, and a row that is there twice, twice. */
    private static final class NewRows implements ExternalSystemDataReader<String> {

        private final String table;
        private final Map<String, Integer> given = new HashMap<>();

        NewRows(String table) {
            this.table = table;
        }

        @Override
        public List<String> poll(Duration timeout) {
            Map<String, Integer> seen = new HashMap<>();
            List<String> rows = new ArrayList<>();
            try {
                clickHouse.query("SELECT text FROM " + table).lines().forEach(text -> {
                    if (seen.merge(text, 1, Integer::sum) > given.getOrDefault(text, 0)) {
                        given.merge(text, 1, Integer::sum);
                        rows.add(text);
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return rows;
        }

        @Override
        public void close() {}
    }

    private record TextEncoder(TableSchema table) implements RowEncoder<String> {

        @Override
        public long partitionTimeMs(String row) {
            return SampleRow.NOVEMBER;
        }

        @Override
        public String shardingColumn() {
            return "text";
        }

        @Override
        public String shardingKey(String row) {
            return row;
        }

        @Override
        public void encode(String row, RowBinaryWriter out) {
            out.string(row);
            out.dateTime64Ms(SampleRow.NOVEMBER);
        }
    }
}
