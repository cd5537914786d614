package io.tidegate.jobs.clickhouse.committer;

import static io.tidegate.jobs.clickhouse.committer.SampleBatches.ROWS;
import static io.tidegate.jobs.clickhouse.committer.SampleBatches.fresh;
import static io.tidegate.jobs.clickhouse.committer.SampleBatches.freshOn;
import static io.tidegate.jobs.clickhouse.committer.SampleBatches.freshUpsert;
import static io.tidegate.jobs.clickhouse.committer.SampleBatches.restored;
import static io.tidegate.jobs.clickhouse.committer.SampleBatches.restoredUpsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.jobs.clickhouse.committer.FakeStore.Fault;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.testutils.MetricListener;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Every row of the failure table in the package's documentation, against a store that can be told how to fail. */
class OutboxTest {

    private static final Duration LONG = Duration.ofSeconds(90);

    private final FakeStore store = new FakeStore();
    private final FakeTimer timer = new FakeTimer();
    private final MetricListener metrics = new MetricListener();
    private final List<IOException> told = new CopyOnWriteArrayList<>();

    @Test
    void aFreshBatchCostsOneInsert() throws Exception {
        ClickHouseCommittable batch = fresh();

        commit(batch);

        assertThat(store.calls()).containsExactly("insert");
        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
    }

    @Test
    void anErrorBeforeAnythingIsStoredLeadsToASecondInsertThatIsCounted() throws Exception {
        ClickHouseCommittable batch = fresh();
        store.nextInserts(Fault.ERROR_BEFORE);

        commit(batch);

        assertThat(store.calls()).containsExactly("insert", "count", "insert", "count");
        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
        assertThat(counter("batchesReinserted")).isEqualTo(1);
    }

    @Test
    void anAnswerLostAfterTheWholeInsertIsFoundByCounting() throws Exception {
        ClickHouseCommittable batch = fresh();
        store.nextInserts(Fault.LOST_ANSWER);

        commit(batch);

        assertThat(store.calls()).containsExactly("insert", "count");
        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
        assertThat(counter("batchesVerified")).isEqualTo(1);
    }

    @Test
    void aPartOfABatchIsDeletedAndTheBatchWrittenAnew() throws Exception {
        ClickHouseCommittable batch = fresh();
        store.nextInserts(Fault.HALF);

        commit(batch);

        // Under a new token: the store remembers the old one although the rows are gone.
        assertThat(store.calls()).containsExactly("insert", "count", "delete", "insert anew");
        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
        assertThat(counter("batchesRepaired")).isEqualTo(1);
    }

    @Test
    void aTokenThatIsRememberedWithoutItsRowsDoesntLoseTheBatch() throws Exception {
        ClickHouseCommittable batch = fresh();
        store.nextInserts(Fault.POISONED_TOKEN);

        commit(batch);

        assertThat(store.calls()).containsExactly("insert", "count", "insert", "count", "insert anew");
        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
    }

    @Test
    void aRestoredBatchThatWasNeverInsertedIsInserted() throws Exception {
        ClickHouseCommittable batch = restored();

        commit(batch);

        assertThat(store.calls()).containsExactly("count", "insert", "count");
        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
    }

    @Test
    void aRestoredBatchThatWasInsertedIsSkipped() throws Exception {
        ClickHouseCommittable batch = restored();
        store.insert(batch, batch.batchId().toString());

        commit(batch);

        assertThat(store.calls()).containsExactly("insert", "count");
        assertThat(counter("batchesVerified")).isEqualTo(1);
    }

    @Test
    void aRestoredBatchIsSkippedAlsoWhenTheStoreForgotItsToken() throws Exception {
        ClickHouseCommittable batch = restored();
        store.insert(batch, "a token nobody will use again");

        commit(batch);

        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
    }

    @Test
    void rowsThatAMergeTookAreWrittenAnew() throws Exception {
        ClickHouseCommittable batch = restored();
        store.insert(batch, batch.batchId().toString());
        store.lose(batch, 3);

        commit(batch);

        assertThat(store.calls()).containsExactly("insert", "count", "delete", "insert anew");
        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
    }

    @Test
    void aBatchAllOfWhoseRowsAMergeTookIsWrittenAnew() throws Exception {
        ClickHouseCommittable batch = restored();
        store.insert(batch, batch.batchId().toString());
        store.lose(batch, ROWS);

        commit(batch);

        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
    }

    @Test
    void aBatchThatIsThereTwiceIsThereOnceAfterwards() throws Exception {
        ClickHouseCommittable batch = restored();
        store.insert(batch, "first");
        store.insert(batch, "zombie");

        commit(batch);

        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
    }

    @Test
    void aRepairWhoseAnswerIsLostIsFoundAndNotRepeated() throws Exception {
        ClickHouseCommittable batch = fresh();
        store.nextInserts(Fault.HALF, Fault.LOST_ANSWER);

        commit(batch);

        assertThat(store.calls()).containsExactly("insert", "count", "delete", "insert anew", "count");
        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
        assertThat(counter("batchesRepaired")).isEqualTo(1);
    }

    @Test
    void aSecondRepairAfterARestoreUsesATokenOfItsOwn() throws Exception {
        ClickHouseCommittable batch = restored();
        store.nextInserts(Fault.HALF, Fault.LOST_ANSWER);
        commit(batch);
        store.lose(batch, 1);

        // As after a restore from the same checkpoint.
        commit(batch);

        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
    }

    @Test
    void countingAndDeletingMayFailToo() throws Exception {
        ClickHouseCommittable batch = fresh();
        store.nextInserts(Fault.HALF).nextCountsFail(2).nextDeletesFail(1);

        commit(batch);

        assertThat(store.calls())
                .containsExactly("insert", "count", "count", "count", "delete", "count", "delete", "insert anew");
        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
    }

    @Test
    void anUpsertIsInsertedAgainAndNeverCounted() throws Exception {
        ClickHouseCommittable batch = freshUpsert();
        store.nextInserts(Fault.LOST_ANSWER, Fault.ERROR_BEFORE);

        commit(batch);

        assertThat(store.calls()).containsExactly("insert", "insert", "insert");
    }

    @Test
    void aRestoredUpsertIsInsertedAgain() throws Exception {
        ClickHouseCommittable batch = restoredUpsert();
        store.insert(batch, batch.batchId().toString());

        commit(batch);

        assertThat(store.calls()).containsExactly("insert", "insert");
    }

    @Test
    void theWaitsDoubleUpToTheCapWithJitter() throws Exception {
        Fault[] failures = new Fault[12];
        Arrays.fill(failures, Fault.ERROR_BEFORE);
        store.nextInserts(failures);

        commit(fresh());

        List<Duration> sleeps = timer.sleeps();
        assertThat(sleeps).hasSize(12);
        long expected = 50;
        for (Duration sleep : sleeps) {
            assertThat(sleep.toNanos()).isBetween(expected * 500_000, expected * 1_000_000);
            expected = Math.min(5_000, expected * 2);
        }
    }

    @Test
    void afterTheLimitItThrowsAndNamesTheBatchAndTheReason() {
        ClickHouseCommittable batch = fresh();
        store.everyInsert(Fault.ERROR_BEFORE);

        assertThatThrownBy(() -> commit(batch))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(batch.batchId().toString())
                .hasMessageContaining("db.t")
                .hasMessageContaining("scripted: error before");
        assertThat(timer.nanoTime())
                .isBetween(
                        Duration.ofHours(1).toNanos(),
                        Duration.ofHours(1).plusSeconds(5).toNanos());
    }

    @Test
    void whatCantHealThrowsAtOnce() {
        store.everyInsert(Fault.HOPELESS);

        assertThatThrownBy(() -> commit(fresh()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("scripted: unknown table");
        assertThat(store.calls()).containsExactly("insert");
        assertThat(timer.sleeps()).isEmpty();
    }

    @Test
    void aBatchWhoseBytesChangedIsNeverSent() {
        ClickHouseCommittable batch = fresh();
        batch.payload()[0]++;

        assertThatThrownBy(() -> commit(batch)).hasMessageContaining("checksum");
        assertThat(store.calls()).isEmpty();
    }

    @Test
    void aBatchIsStoredWhenACheckpointThatHoldsItIsComplete() throws Exception {
        ClickHouseCommittable first = fresh();
        ClickHouseCommittable second = fresh();
        try (Outbox outbox = outbox(1)) {
            outbox.add(first);
            assertThat(outbox.snapshot(3)).containsExactly(first);
            outbox.add(second);

            outbox.completed(3);
            assertThat(outbox.awaitDue(LONG)).isTrue();

            assertThat(store.rowsOf(first)).isEqualTo(ROWS);
            assertThat(store.rowsOf(second)).isZero();
            // The fourth was aborted.
            assertThat(outbox.snapshot(4)).containsExactly(second);
            assertThat(outbox.snapshot(5)).containsExactly(second);
            outbox.completed(5);
            assertThat(outbox.awaitDue(LONG)).isTrue();
            assertThat(store.rowsOf(second)).isEqualTo(ROWS);
            assertThat(outbox.snapshot(6)).isEmpty();
        }
    }

    @Test
    void checkpointsGoOnAndHoldWhatWaitsWhileTheStoreIsAway() throws Exception {
        List<ClickHouseCommittable> waiting = new ArrayList<>();
        store.everyInsert(Fault.HANG);
        try (Outbox outbox = outbox(2)) {
            for (int checkpoint = 1; checkpoint <= 50; checkpoint++) {
                ClickHouseCommittable batch = fresh();
                waiting.add(batch);
                outbox.add(batch);
                assertThat(outbox.awaitRoom(1_000)).isZero();
                assertThat(outbox.snapshot(checkpoint)).containsExactlyElementsOf(waiting);
                outbox.completed(checkpoint);
            }
            assertThat(outbox.pendingBatches()).isEqualTo(50);
            assertThat(outbox.pendingBytes()).isEqualTo(150);
            assertThat(outbox.awaitDue(Duration.ofMillis(1))).isFalse();
        }
    }

    @Test
    void moreThanTheLimitIsWaitedFor() throws Exception {
        store.everyInsert(Fault.HANG);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicBoolean through = new AtomicBoolean();
        Outbox outbox = outbox(1);
        for (int i = 0; i < 4; i++) {
            outbox.add(fresh());
        }
        // What no checkpoint holds yet doesn't count: nobody could store it.
        outbox.awaitRoom(6);
        outbox.snapshot(1);
        outbox.completed(1);
        Thread task = new Thread(() -> {
            try {
                outbox.awaitRoom(6);
                through.set(true);
            } catch (IOException | InterruptedException e) {
                thrown.set(e);
            }
        });
        task.start();
        Awaitility.await().atMost(LONG).until(() -> task.getState() == Thread.State.WAITING);

        // When it comes back, two of the four may still wait.
        store.everyInsert(Fault.NONE).releaseHanging();

        task.join(LONG.toMillis());
        assertThat(through).isTrue();
        outbox.close();
    }

    @Test
    void batchesOfAShardAreStoredAtOnceUpToTheLimit() throws Exception {
        List<ClickHouseCommittable> batches =
                Stream.generate(SampleBatches::fresh).limit(20).toList();

        commit(batches, 4);

        assertThat(batches).allSatisfy(batch -> assertThat(store.rowsOf(batch)).isEqualTo(ROWS));
        assertThat(counter("batchesCommitted")).isEqualTo(20);
        assertThat(counter("rowsCommitted")).isEqualTo(20 * ROWS);
        assertThat(counter("bytesCommitted")).isEqualTo(20 * 3);
        assertThat(store.mostInsertsAtOnce()).isLessThanOrEqualTo(4);
    }

    @Test
    void aShardThatIsAwayDoesntHoldUpTheOther() throws Exception {
        FakeStore away = new FakeStore().everyInsert(Fault.HANG);
        FakeStore there = new FakeStore();
        List<ClickHouseCommittable> ofTheOther = new ArrayList<>();
        try (Outbox outbox = outbox(1, away, there)) {
            for (int i = 0; i < 10; i++) {
                outbox.add(freshOn(0, 2));
                ofTheOther.add(freshOn(1, 2));
                outbox.add(ofTheOther.get(i));
            }
            outbox.snapshot(1);
            outbox.completed(1);

            Awaitility.await().atMost(LONG).until(() -> outbox.pendingBatches() == 10);

            assertThat(ofTheOther)
                    .allSatisfy(batch -> assertThat(there.rowsOf(batch)).isEqualTo(ROWS));
        }
    }

    @Test
    void aBatchStaysWithItsShardWhenThereAreMore() throws Exception {
        FakeStore second = new FakeStore();
        ClickHouseCommittable batch = restored();
        try (Outbox outbox = outbox(1, store, second)) {
            outbox.restore(batch);
            outbox.awaitDue(LONG);
        }

        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
        assertThat(second.calls()).isEmpty();
    }

    @Test
    void aBatchWhoseShardIsNoLongerConfiguredIsRefused() throws Exception {
        try (Outbox outbox = outbox(1)) {
            assertThatThrownBy(() -> outbox.restore(freshOn(2, 3)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("configured with 1 shard(s)")
                    .hasMessageContaining("still to be stored on shard 3")
                    .hasMessageContaining("in the same order");
        }
        assertThat(store.calls()).isEmpty();
    }

    @Test
    void failuresAreCountedByShard() throws Exception {
        FakeStore second = new FakeStore().nextInserts(Fault.ERROR_BEFORE, Fault.LOST_ANSWER);
        try (Outbox outbox = outbox(1, store, second)) {
            outbox.add(freshOn(0, 2));
            outbox.add(freshOn(1, 2));
            outbox.add(freshOn(1, 2));
            outbox.snapshot(1);
            outbox.completed(1);
            outbox.awaitDue(LONG);
        }

        assertThat(metrics.getCounter("clickhouse", "shard", "0", "commitFailures")
                        .orElseThrow()
                        .getCount())
                .isZero();
        assertThat(metrics.getCounter("clickhouse", "shard", "1", "commitFailures")
                        .orElseThrow()
                        .getCount())
                .isEqualTo(2);
    }

    @Test
    void oneFailureAmongManyIsToldOnceAndThrown() {
        store.nextInserts(Fault.NONE, Fault.HOPELESS, Fault.HOPELESS);

        assertThatThrownBy(() -> commit(List.of(fresh(), fresh(), fresh()), 2))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("scripted: unknown table");
        assertThat(told).singleElement().satisfies(e -> assertThat(e).hasMessageContaining("scripted: unknown table"));
    }

    @Test
    void afterAFailureNothingElseIsBegun() throws Exception {
        store.nextInserts(Fault.HOPELESS);
        try (Outbox outbox = outbox(1)) {
            outbox.add(fresh());
            outbox.add(fresh());
            outbox.snapshot(1);

            outbox.completed(1);

            Awaitility.await().atMost(LONG).until(() -> !told.isEmpty());
            Awaitility.await().during(Duration.ofMillis(300)).atMost(LONG).untilAsserted(() -> assertThat(store.calls())
                    .containsExactly("insert"));
            assertThat(outbox.snapshot(2)).as("still in the checkpoint").hasSize(2);
        }
    }

    @Test
    void closingEndsCommitsThatHang() throws Exception {
        store.everyInsert(Fault.HANG);
        Outbox outbox = outbox(2);
        outbox.add(fresh());
        outbox.add(fresh());
        outbox.snapshot(1);
        outbox.completed(1);
        store.awaitHanging();

        outbox.close();

        assertThat(told).isEmpty();
        assertThat(outbox.snapshot(2)).as("still in the checkpoint").hasSize(2);
    }

    @Test
    void theAgeOfTheOldestBatchIsToldWhileItWaits() throws Exception {
        // Opened at 1 s; it is 61 s now.
        store.everyInsert(Fault.HANG);
        try (Outbox outbox = outbox(1)) {
            Gauge<Long> age = metrics.<Long>getGauge("clickhouse", "oldestUncommittedBatchAgeMs")
                    .orElseThrow();
            assertThat(age.getValue()).isZero();
            outbox.add(fresh());
            outbox.snapshot(1);
            outbox.completed(1);

            assertThat(age.getValue()).isEqualTo(60_000L);

            store.awaitHanging();
            store.everyInsert(Fault.NONE).releaseHanging();
            outbox.awaitDue(LONG);
            assertThat(age.getValue()).isZero();
        }
    }

    private void commit(ClickHouseCommittable batch) throws IOException, InterruptedException {
        commit(List.of(batch), 1);
    }

    /** Those out of a checkpoint are restored, the others come with one that is complete. */
    private void commit(List<ClickHouseCommittable> batches, int concurrency) throws IOException, InterruptedException {
        try (Outbox outbox = outbox(concurrency)) {
            for (ClickHouseCommittable batch : batches) {
                if (SampleBatches.isRestored(batch)) {
                    outbox.restore(batch);
                } else {
                    outbox.add(batch);
                }
            }
            outbox.snapshot(1);
            outbox.completed(1);
            assertThat(outbox.awaitDue(LONG)).isTrue();
        }
    }

    private Outbox outbox(int concurrency) throws IOException {
        return outbox(concurrency, store);
    }

    private Outbox outbox(int concurrency, FakeStore... shards) throws IOException {
        CommitMetrics commitMetrics = new CommitMetrics(metrics.getMetricGroup(), shards.length);
        Outbox outbox = new Outbox(
                Shards.open(shards.length, shard -> shards[shard]),
                RetryPolicy.DEFAULT,
                timer,
                concurrency,
                commitMetrics,
                told::add);
        commitMetrics.pending(outbox, Clock.fixed(Instant.ofEpochMilli(61_000), ZoneOffset.UTC));
        return outbox;
    }

    private long counter(String name) {
        return metrics.getCounter("clickhouse", name).orElseThrow().getCount();
    }
}
