package io.tidegate.jobs.clickhouse.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.proxy.FaultyProxy;
import io.tidegate.dev.clickhouse.proxy.FaultyProxy.Fault;
import io.tidegate.jobs.clickhouse.BatchLimits;
import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.clickhouse.SampleRow;
import io.tidegate.jobs.clickhouse.SampleRowEncoder;
import io.tidegate.jobs.clickhouse.SampleTable;
import io.tidegate.jobs.clickhouse.WriteMode;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import io.tidegate.jobs.clickhouse.committer.CommitTargetException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the protocol needs of ClickHouse, asked of the real engine. */
class ClickHouseClientTest {

    @TempDir
    static Path data;

    private static ClickHouseProcess clickHouse;

    private SampleTable table;
    private ClickHouseClient client;

    @BeforeAll
    static void startClickHouse() throws IOException {
        clickHouse = ClickHouseProcess.start(data);
    }

    @AfterAll
    static void stopClickHouse() throws IOException {
        clickHouse.close();
    }

    @BeforeEach
    void createTable() throws IOException {
        table = SampleTable.create(clickHouse, SampleRowEncoder.append());
        client = new ClickHouseClient(ClickHouseClientConfig.of(clickHouse.uri()));
    }

    @Test
    void aBatchArrivesAndIsCounted() throws Exception {
        ClickHouseCommittable batch = table.batch(0, 1_000, 1);
        assertThat(client.count(batch)).isZero();

        client.insert(batch, "t1");

        assertThat(client.count(batch)).isEqualTo(1_000);
        assertThat(clickHouse.query("SELECT id, at, text, _lineage FROM sink_test.rows WHERE id = 7"))
                .isEqualTo("7\t2026-11-15 12:00:00.000\trow 7\ttest\n");
    }

    @Test
    void bytesThatLookLikeTheEndOfTheStatementAreData() throws Exception {
        // The first bytes behind FORMAT RowBinary: line feeds, blanks, semicolons.
        for (long id :
                new long[] {0x0a0a0a0a0a0a0a0aL, 0x0d0a20093b0a0d20L, 0x2020202020202020L, 0x3b3b3b3b3b3b3b3bL}) {
            ClickHouseCommittable batch =
                    table.batches(List.of(SampleRow.of(id)), 1).get(0);

            client.insert(batch, "t" + id);

            assertThat(client.count(batch)).isEqualTo(1);
            assertThat(table.number("SELECT id FROM sink_test.rows WHERE _batch_id = '" + batch.batchId() + "'"))
                    .isEqualTo(id);
        }
    }

    @Test
    void aBatchOfTheMostRowsIsOnePart() throws Exception {
        ClickHouseCommittable batch = table.batch(0, BatchLimits.MAX_ROWS, 1);

        client.insert(batch, "t1");

        assertOnePart(batch);
    }

    @Test
    void aBatchOfTheMostBytesIsOnePart() throws Exception {
        // Rows of 64 kB, the last of which overshoots the limit.
        String text = "x".repeat(64 << 10);
        int rows = BatchLimits.MAX_BYTES / text.length() + 1;
        ClickHouseCommittable batch = table.batches(
                        IntStream.range(0, rows)
                                .mapToObj(id -> new SampleRow(id, SampleRow.NOVEMBER, text))
                                .toList(),
                        1)
                .get(0);
        assertThat(batch.payload()).hasSizeGreaterThan(BatchLimits.MAX_BYTES);

        client.insert(batch, "t1");

        assertOnePart(batch);
    }

    /** As it was inserted, not merged: one block, which is what the store takes whole or not at all. */
    private void assertOnePart(ClickHouseCommittable batch)
            throws IOException, CommitTargetException, InterruptedException {
        assertThat(client.count(batch)).isEqualTo(batch.rows());
        assertThat(clickHouse.query("SELECT level, rows FROM system.parts WHERE database = 'sink_test'"
                        + " AND table = 'rows' AND active"))
                .isEqualTo("0\t" + batch.rows() + "\n");
    }

    @Test
    void aRepeatUnderTheSameTokenIsAcknowledgedAndDropped() throws Exception {
        ClickHouseCommittable batch = table.batch(0, 10, 1);

        client.insert(batch, "t1");
        client.insert(batch, "t1");

        assertThat(client.count(batch)).isEqualTo(10);
    }

    @Test
    void aDeletedBatchComesBackOnlyUnderANewToken() throws Exception {
        ClickHouseCommittable batch = table.batch(0, 10, 1);
        client.insert(batch, "t1");

        client.delete(batch);
        assertThat(client.count(batch)).isZero();
        client.insert(batch, "t1");
        assertThat(client.count(batch)).as("the token outlives its rows").isZero();
        client.insert(batch, "t2");

        assertThat(client.count(batch)).isEqualTo(10);
    }

    @Test
    void aDeleteTakesOnlyItsBatch() throws Exception {
        ClickHouseCommittable batch = table.batch(0, 10, 1);
        ClickHouseCommittable other = table.batch(10, 30, 1);
        client.insert(batch, "t1");
        client.insert(other, "t2");
        clickHouse.query("OPTIMIZE TABLE sink_test.rows FINAL");

        client.delete(batch);

        assertThat(client.count(batch)).isZero();
        assertThat(client.count(other)).isEqualTo(20);
    }

    @Test
    void aDeleteThatArrivesAgainLaterDoesntTakeTheNewRows() throws Exception {
        ClickHouseCommittable batch = table.batch(0, 10, 1);
        try (FaultyProxy proxy = FaultyProxy.before(clickHouse.uri()).onDelete(Fault.ECHO_LATER)) {
            ClickHouseClient behindProxy = new ClickHouseClient(ClickHouseClientConfig.of(proxy.uri()));
            behindProxy.insert(batch, "t1");
            behindProxy.delete(batch);
            behindProxy.insert(batch, "t2");

            proxy.release();

            assertThat(proxy.isScriptPlayed()).isTrue();
            assertThat(client.count(batch)).isEqualTo(10);
        }
    }

    @Test
    void repeatsWithinABatchAreCountedUntilAMerge() throws Exception {
        List<SampleRow> rows = List.of(SampleRow.of(1), SampleRow.of(1), SampleRow.of(2));
        ClickHouseCommittable batch = table.batches(rows, 1).get(0);

        client.insert(batch, "t1");

        assertThat(client.count(batch)).isEqualTo(3);
    }

    @Test
    void anUpsertUnderTheSameTokenIsStoredAgain() throws Exception {
        SampleTable versions = SampleTable.create(clickHouse, SampleRowEncoder.upsert());
        ClickHouseCommittable batch = versions.batch(0, 10, 1);

        client.insert(batch, "t1");
        client.insert(batch, "t1");

        assertThat(versions.rows()).isEqualTo(20);
        assertThat(versions.rowsFinal()).isEqualTo(10);
    }

    @Test
    void aBatchOfTwoPartitionsIsRefusedAsAWhole() throws Exception {
        RowBinaryWriter out = new RowBinaryWriter(64);
        UUID id = UUID.randomUUID();
        for (SampleRow row : List.of(SampleRow.of(1), SampleRow.inDecember(2))) {
            table.encoder().encode(row, out);
            out.uuid(id);
            out.string("test");
        }
        ClickHouseCommittable batch = ClickHouseCommittable.seal(
                "sink_test",
                "rows",
                table.encoder().table().insertColumns(),
                WriteMode.APPEND,
                0,
                1,
                202611,
                id,
                2,
                out.toByteArray(),
                1,
                0);

        assertThatThrownBy(() -> client.insert(batch, "t1")).isInstanceOf(CommitTargetException.class);

        assertThat(table.rows()).isZero();
    }

    @Test
    void whatOnlyAPersonCanMendIsHopeless() throws Exception {
        ClickHouseCommittable batch = table.batch(0, 1, 1);
        clickHouse.query("ALTER TABLE sink_test.rows DROP COLUMN text");
        assertHopeless(() -> client.insert(batch, "t1"), "ClickHouse error 16");
        clickHouse.query("DROP TABLE sink_test.rows SYNC");
        assertHopeless(() -> client.insert(batch, "t1"), "ClickHouse error 60");
        assertHopeless(() -> client.count(batch), "ClickHouse error 60");
        clickHouse.query("DROP DATABASE sink_test SYNC");
        assertHopeless(() -> client.insert(batch, "t1"), "ClickHouse error 81");
    }

    @Test
    void aStoreThatIsAwayMayComeBack() throws Exception {
        URI nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
        ClickHouseClient lost = new ClickHouseClient(ClickHouseClientConfig.of(nobody));

        assertThatThrownBy(() -> lost.insert(table.batch(0, 1, 1), "t1"))
                .asInstanceOf(type(CommitTargetException.class))
                .satisfies(e -> assertThat(e.isHopeless()).isFalse())
                .satisfies(e -> assertThat(e).hasMessageContaining(nobody.toString()));
    }

    @Test
    void afterAFailureTheNextReplicaIsAsked() throws Exception {
        URI nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
        ClickHouseClient two = new ClickHouseClient(new ClickHouseClientConfig(
                List.of(nobody, clickHouse.uri()),
                "default",
                "",
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                false,
                ""));
        ClickHouseCommittable batch = table.batch(0, 10, 1);
        assertThatThrownBy(() -> two.insert(batch, "t1")).isInstanceOf(CommitTargetException.class);

        two.insert(batch, "t1");

        assertThat(client.count(batch)).isEqualTo(10);
    }

    @Test
    void anAnswerThatTakesTooLongIsGivenUp() throws Exception {
        try (FaultyProxy proxy = FaultyProxy.before(clickHouse.uri()).onInserts(Fault.HOLD_ANSWER)) {
            ClickHouseClient impatient = new ClickHouseClient(
                    ClickHouseClientConfig.of(proxy.uri()).withRequestTimeout(Duration.ofMillis(300)));

            assertThatThrownBy(() -> impatient.insert(table.batch(0, 1, 1), "t1"))
                    .isInstanceOf(CommitTargetException.class)
                    .hasMessageContaining("no answer within");
            proxy.release();
        }
    }

    private static void assertHopeless(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String code) {
        assertThatThrownBy(call)
                .asInstanceOf(type(CommitTargetException.class))
                .satisfies(e -> assertThat(e.isHopeless()).isTrue())
                .satisfies(e -> assertThat(e).hasMessageContaining(code));
    }
}
