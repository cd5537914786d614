package io.tidegate.jobs.clickhouse.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.proxy.FaultyProxy;
import io.tidegate.dev.clickhouse.proxy.FaultyProxy.Fault;
import io.tidegate.jobs.clickhouse.SampleRowEncoder;
import io.tidegate.jobs.clickhouse.SampleTable;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import io.tidegate.jobs.clickhouse.committer.CommittedBatches;
import io.tidegate.jobs.clickhouse.committer.RetryPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole commit against the real engine, over a network that fails and an engine that is killed. */
class CommitUnderFaultsTest {

    private static final int ROWS = 100;
    private static final long OWN_ATTEMPT = 5;
    private static final long ATTEMPT_BEFORE = 4;

    @TempDir
    static Path data;

    private static ClickHouseProcess clickHouse;

    private SampleTable table;
    private long nextId;

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
    }

    @Test
    void everyWayToLoseAnAnswerLeavesEachRowOnce() throws Exception {
        try (FaultyProxy proxy = FaultyProxy.before(clickHouse.uri())) {
            for (Fault fault : List.of(Fault.SWALLOW_ANSWER, Fault.CUT_BODY)) {
                proxy.onInserts(fault);
                commit(proxy.uri(), batch(OWN_ATTEMPT));
                proxy.onInserts(fault, fault, fault);
                commit(proxy.uri(), batch(OWN_ATTEMPT));
                proxy.onInserts(fault);
                commit(proxy.uri(), batch(ATTEMPT_BEFORE));
            }
            assertThat(proxy.isScriptPlayed()).isTrue();
        }

        assertEachRowOnce();
    }

    @Test
    void anAnswerBehindTheTimeoutLeavesEachRowOnce() throws Exception {
        try (FaultyProxy proxy = FaultyProxy.before(clickHouse.uri()).onInserts(Fault.HOLD_ANSWER)) {
            commit(proxy.uri(), batch(OWN_ATTEMPT));
            proxy.release();
        }

        assertEachRowOnce();
    }

    @Test
    void aRequestThatArrivesAfterItsRetryIsRecognisedByItsToken() throws Exception {
        try (FaultyProxy proxy = FaultyProxy.before(clickHouse.uri()).onInserts(Fault.HOLD_REQUEST)) {
            commit(proxy.uri(), batch(OWN_ATTEMPT));
            assertThat(table.rows()).isEqualTo(ROWS);

            proxy.release();
        }

        assertEachRowOnce();
    }

    @Test
    void aRestoredBatchIsFoundAlsoWhenItsTokenIsForgotten() throws Exception {
        // A window of one insert: each insert pushes out the token before it.
        table = SampleTable.create(clickHouse, SampleRowEncoder.append(), 1);
        List<ClickHouseCommittable> batches = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            batches.add(batch(ATTEMPT_BEFORE));
        }
        commit(clickHouse.uri(), batches.get(0), batches.get(1), batches.get(2));

        // All six are restored; three of them were stored before, between others.
        commit(
                clickHouse.uri(),
                batches.get(1),
                batches.get(3),
                batches.get(0),
                batches.get(4),
                batches.get(2),
                batches.get(5));

        assertEachRowOnce();
    }

    @Test
    void aBatchThatAMergeThinnedIsWrittenAnewAndFinalIsRight() throws Exception {
        // The same ids in two batches, as an event that is repeated beyond the de-duplication horizon.
        ClickHouseCommittable first = batch(ATTEMPT_BEFORE);
        nextId -= ROWS / 2;
        ClickHouseCommittable second = batch(ATTEMPT_BEFORE);
        commit(clickHouse.uri(), first, second);
        clickHouse.query("OPTIMIZE TABLE " + SampleRowEncoder.TABLE + " FINAL");
        assertThat(table.rows()).isEqualTo(ROWS + ROWS / 2);

        // As after a restore from the same checkpoint.
        commit(clickHouse.uri(), first, second);

        assertThat(table.rowsFinal()).isEqualTo(ROWS + ROWS / 2);
        assertThat(table.distinctIds()).isEqualTo(ROWS + ROWS / 2);
    }

    @Test
    void aPartOfABatchIsCompleted() throws Exception {
        ClickHouseCommittable batch = batch(ATTEMPT_BEFORE);
        commit(clickHouse.uri(), batch);
        clickHouse.query(
                "ALTER TABLE " + SampleRowEncoder.TABLE + " DELETE WHERE id % 3 = 0 SETTINGS mutations_sync = 2");

        commit(clickHouse.uri(), batch);

        assertEachRowOnce();
    }

    @Test
    void anUpsertOverABadNetworkIsRightUnderFinal() throws Exception {
        table = SampleTable.create(clickHouse, SampleRowEncoder.upsert());
        try (FaultyProxy proxy = FaultyProxy.before(clickHouse.uri())
                .onInserts(Fault.SWALLOW_ANSWER, Fault.CUT_BODY, Fault.SWALLOW_ANSWER)) {
            commit(proxy.uri(), batch(OWN_ATTEMPT));
        }

        assertThat(table.rowsFinal()).isEqualTo(nextId);
    }

    @Test
    void aFrozenEngineIsWaitedFor() throws Exception {
        ClickHouseCommittable batch = batch(OWN_ATTEMPT);
        clickHouse.freeze();
        CompletableFuture<Void> commit = inBackground(clickHouse.uri(), List.of(batch));
        try {
            // The first request times out while the engine holds it.
            assertThatThrownBy(() -> commit.get(700, TimeUnit.MILLISECONDS))
                    .isInstanceOf(java.util.concurrent.TimeoutException.class);
        } finally {
            clickHouse.thaw();
        }

        commit.get(120, TimeUnit.SECONDS);

        assertEachRowOnce();
    }

    @Test
    void anEngineThatIsKilledAgainAndAgainKeepsEachRowOnce() throws Exception {
        List<ClickHouseCommittable> batches = new ArrayList<>();
        for (int i = 0; i < 110; i++) {
            batches.add(batch(OWN_ATTEMPT));
        }
        AtomicInteger committed = new AtomicInteger();
        CompletableFuture<Void> commits = CompletableFuture.runAsync(() -> {
            for (ClickHouseCommittable batch : batches) {
                commitUnchecked(clickHouse.uri(), List.of(batch));
                committed.incrementAndGet();
            }
        });
        for (int kill = 1; kill <= 10; kill++) {
            int before = kill * 10;
            Awaitility.await().atMost(Duration.ofSeconds(120)).until(() -> committed.get() >= before);
            clickHouse.kill();
            clickHouse.restart();
        }

        commits.get(120, TimeUnit.SECONDS);

        assertEachRowOnce();
    }

    private ClickHouseCommittable batch(long writtenInAttempt) {
        ClickHouseCommittable batch = table.batch(nextId, nextId + ROWS, writtenInAttempt);
        nextId += ROWS;
        return batch;
    }

    private void assertEachRowOnce() throws IOException {
        assertThat(table.distinctIds()).isEqualTo(nextId);
        assertThat(table.rows()).isEqualTo(nextId);
        assertThat(table.number("SELECT sum(id) FROM " + SampleRowEncoder.TABLE))
                .isEqualTo(LongStream.range(0, nextId).sum());
        assertThat(table.number("SELECT countIf(text != concat('row ', toString(id))) FROM " + SampleRowEncoder.TABLE))
                .isZero();
    }

    private static CompletableFuture<Void> inBackground(URI endpoint, List<ClickHouseCommittable> batches) {
        return CompletableFuture.runAsync(() -> commitUnchecked(endpoint, batches));
    }

    private static void commitUnchecked(URI endpoint, List<ClickHouseCommittable> batches) {
        try {
            commit(endpoint, batches.toArray(new ClickHouseCommittable[0]));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void commit(URI endpoint, ClickHouseCommittable... batches)
            throws IOException, InterruptedException {
        ClickHouseClientConfig config =
                ClickHouseClientConfig.of(endpoint).withRequestTimeout(Duration.ofMillis(1_000));
        CommittedBatches.store(
                shard -> new ClickHouseClient(config),
                new RetryPolicy(Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofMinutes(5)),
                batch -> batch.writerRestoredFrom() != OWN_ATTEMPT,
                batches);
    }
}
