package io.tidegate.dev.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.data_formats.ClickHouseBinaryFormatReader;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.query.GenericRecord;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.data.ClickHouseFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The unmodified clients of a ClickHouse server. */
class ClientsTest {

    private static final String TYPES = """
            CREATE TABLE %s
            (
                id UInt64, amount Decimal(18, 4), tags Map(String, String), list Array(Int32), uuid UUID,
                at DateTime64(3, 'UTC'), kind LowCardinality(String), note Nullable(String)
            )
            ENGINE = MergeTree ORDER BY id""";

    @TempDir
    static Path data;

    private static ClickHouseProcess clickHouse;

    @BeforeAll
    static void startClickHouse() throws IOException {
        clickHouse = ClickHouseProcess.start(data);
        clickHouse.query("CREATE DATABASE tidegate");
    }

    @AfterAll
    static void stopClickHouse() throws IOException {
        clickHouse.close();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void jdbcWritesAndReadsEveryTypeWeUse(boolean compressed) throws Exception {
        // Given
        UUID uuid = UUID.fromString("61f0c404-5cb3-11e7-907b-a6006ad3dba0");
        String table = "jdbc_" + compressed;
        try (Connection connection = jdbc("?compress=" + compressed);
                Statement statement = connection.createStatement()) {
            statement.execute(TYPES.formatted(table));

            // When
            statement.executeUpdate("INSERT INTO " + table + " VALUES (1, 12.3456, {'a': 'b'}, [1, 2, 3], '" + uuid
                    + "', '2026-11-22 10:00:00.123', 'bet', NULL)");
            try (PreparedStatement prepared =
                    connection.prepareStatement("SELECT * FROM " + table + " WHERE id = ? AND kind = ?")) {
                prepared.setLong(1, 1);
                prepared.setString(2, "bet");
                try (ResultSet rows = prepared.executeQuery()) {

                    // Then
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getBigDecimal("amount")).isEqualByComparingTo("12.3456");
                    assertThat(rows.getObject("tags")).isEqualTo(Map.of("a", "b"));
                    assertThat(rows.getString("list")).isEqualTo("[1, 2, 3]");
                    assertThat(rows.getObject("uuid")).isEqualTo(uuid);
                    assertThat(rows.getTimestamp("at").toInstant()).hasToString("2026-11-22T10:00:00.123Z");
                    assertThat(rows.getString("kind")).isEqualTo("bet");
                    assertThat(rows.getString("note")).isNull();
                    assertThat(rows.next()).isFalse();
                }
            }
        }
    }

    @Test
    void jdbcInsertsABatch() throws Exception {
        // Given
        try (Connection connection = jdbc("");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE jdbc_batch (id UInt32, at DateTime64(3), name String)"
                    + " ENGINE = MergeTree ORDER BY id");

            // When
            try (PreparedStatement prepared =
                    connection.prepareStatement("INSERT INTO jdbc_batch (id, at, name) VALUES (?, ?, ?)")) {
                for (int i = 0; i < 1000; i++) {
                    prepared.setInt(1, i);
                    prepared.setTimestamp(2, new java.sql.Timestamp(1_700_000_000_000L + i));
                    prepared.setString(3, "it's row " + i);
                    prepared.addBatch();
                }
                prepared.executeBatch();
            }

            // Then
            try (ResultSet rows = statement.executeQuery(
                    "SELECT count(), uniqExact(name), toUnixTimestamp64Milli(max(at)) FROM jdbc_batch")) {
                rows.next();
                assertThat(rows.getLong(1)).isEqualTo(1000);
                assertThat(rows.getLong(2)).isEqualTo(1000);
                assertThat(rows.getLong(3)).isEqualTo(1_700_000_000_999L);
            }
        }
    }

    @Test
    void jdbcReadsAResultOfManyChunks() throws Exception {
        try (Connection connection = jdbc("");
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT number, toString(number) AS text FROM numbers(500000)")) {
            long count = 0;
            while (rows.next()) {
                assertThat(rows.getString("text")).isEqualTo(Long.toString(count));
                count++;
            }
            assertThat(count).isEqualTo(500_000);
        }
    }

    @Test
    void jdbcTellsTheErrorCode() throws Exception {
        try (Connection connection = jdbc("");
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeQuery("SELECT * FROM no_such_table"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("no_such_table")
                    .extracting(e -> ((SQLException) e).getErrorCode())
                    .isEqualTo(60);
        }
    }

    @Test
    void jdbcListsTables() throws Exception {
        clickHouse.query("CREATE TABLE tidegate.listed (a Int32 COMMENT 'x') ENGINE = MergeTree ORDER BY a");
        try (Connection connection = jdbc("");
                ResultSet columns = connection.getMetaData().getColumns(null, "tidegate", "listed", "%")) {
            assertThat(columns.next()).isTrue();
            assertThat(columns.getString("COLUMN_NAME")).isEqualTo("a");
        }
    }

    @ParameterizedTest
    @CsvSource({"false,false,false", "true,false,false", "true,true,false", "true,true,true"})
    void clientV2WritesAndReads(boolean compressAnswer, boolean compressBody, boolean httpCompression)
            throws Exception {
        // Given
        String table = "v2_" + compressAnswer + compressBody + httpCompression;
        clickHouse.query(TYPES.formatted("tidegate." + table));
        try (Client client = client(compressAnswer, compressBody, httpCompression)) {
            StringBuilder rows = new StringBuilder();
            for (int i = 0; i < 20_000; i++) {
                rows.append(i)
                        .append("\t1.5\t{'k':'v")
                        .append(i)
                        .append("'}\t[")
                        .append(i);
                rows.append("]\t61f0c404-5cb3-11e7-907b-a6006ad3dba0\t2026-11-22 10:00:00.001\tbet\t\\N\n");
            }

            // When
            try (InsertResponse inserted = client.insert(
                            table, new ByteArrayInputStream(rows.toString().getBytes(UTF_8)), ClickHouseFormat.TSV)
                    .get()) {
                assertThat(inserted.getWrittenRows()).isEqualTo(20_000);
            }
            List<GenericRecord> all = client.queryAll("SELECT * FROM " + table + " ORDER BY id");

            // Then
            assertThat(all).hasSize(20_000);
            GenericRecord last = all.get(19_999);
            assertThat(last.getBigDecimal("amount")).isEqualByComparingTo(new BigDecimal("1.5"));
            assertThat(last.getObject("tags")).isEqualTo(Map.of("k", "v19999"));
            assertThat(last.getUUID("uuid")).hasToString("61f0c404-5cb3-11e7-907b-a6006ad3dba0");
            assertThat(last.getString("kind")).isEqualTo("bet");
            assertThat(last.hasValue("note")).isFalse();
        }
    }

    @Test
    void clientV2BindsParametersAndStreams() throws Exception {
        try (Client client = client(true, true, false);
                QueryResponse response = client.query(
                                "SELECT number FROM numbers({n:UInt64}) WHERE number != {skip:UInt64}",
                                Map.of("n", 300_000L, "skip", 7L))
                        .get()) {
            ClickHouseBinaryFormatReader reader = client.newBinaryFormatReader(response);
            long sum = 0;
            while (reader.hasNext()) {
                reader.next();
                sum += reader.getLong("number");
            }
            assertThat(sum).isEqualTo(300_000L * 299_999L / 2 - 7);
        }
    }

    @Test
    void clientV2PassesTheDeduplicationTokenAndTheQueryId() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE tidegate.v2_token (a Int32) ENGINE = MergeTree ORDER BY a"
                + " SETTINGS non_replicated_deduplication_window = 100");
        try (Client client = client(true, true, false)) {
            for (int attempt = 0; attempt < 2; attempt++) {
                InsertSettings settings =
                        new InsertSettings().setDeduplicationToken("batch-1").setQueryId("batch-1-" + attempt);

                // When
                client.insert(
                                "v2_token",
                                new ByteArrayInputStream("1\n2\n".getBytes(UTF_8)),
                                ClickHouseFormat.TSV,
                                settings)
                        .get()
                        .close();
            }
        }

        // Then
        assertThat(clickHouse.query("SELECT count() FROM tidegate.v2_token")).isEqualTo("2\n");
    }

    @ParameterizedTest
    @CsvSource({"true,false", "true,true", "false,false"})
    void clientV2TellsTheErrorCode(boolean compressAnswer, boolean httpCompression) {
        try (Client client = client(compressAnswer, false, httpCompression)) {
            assertThatThrownBy(() -> client.queryAll("SELECT * FROM no_such_table"))
                    .hasStackTraceContaining("no_such_table")
                    .rootCause()
                    .isInstanceOfSatisfying(
                            ServerException.class, e -> assertThat(e.getCode()).isEqualTo(60));
        }
    }

    private static Connection jdbc(String parameters) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:clickhouse://127.0.0.1:" + clickHouse.port() + "/tidegate" + parameters, "default", "");
    }

    private static Client client(boolean compressAnswer, boolean compressBody, boolean httpCompression) {
        return new Client.Builder()
                .addEndpoint(clickHouse.uri().toString())
                .setUsername("default")
                .setPassword("")
                .setDefaultDatabase("tidegate")
                .compressServerResponse(compressAnswer)
                .compressClientRequest(compressBody)
                .useHttpCompression(httpCompression)
                .build();
    }
}
