package io.tidegate.jobs.clickhouse.committer;

import static io.tidegate.jobs.clickhouse.committer.SampleBatches.RESTORED_FROM;
import static io.tidegate.jobs.clickhouse.committer.SampleBatches.ROWS;
import static io.tidegate.jobs.clickhouse.committer.SampleBatches.fresh;
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
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.flink.api.connector.sink2.Committer.CommitRequest;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.testutils.MetricListener;
import org.junit.jupiter.api.Test;

/** Every row of the failure table in the package's documentation, against a store that can be told how to fail. */
class ClickHouseCommitterTest {

    private final FakeStore store = new FakeStore();
    private final FakeTimer timer = new FakeTimer();
    private final MetricListener metrics = new MetricListener();

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
        RecordedRequest request = new RecordedRequest(batch);

        commit(List.of(request), 1);

        assertThat(store.calls()).containsExactly("insert", "count");
        assertThat(store.rowsOf(batch)).isEqualTo(ROWS);
        assertThat(request.isAlreadyCommitted()).isTrue();
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
        RecordedRequest request = new RecordedRequest(batch);

        commit(List.of(request), 1);

        assertThat(store.calls()).containsExactly("insert", "count");
        assertThat(request.isAlreadyCommitted()).isTrue();
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
    void aCommitThatIsCalledTwiceWritesOnce() throws Exception {
        ClickHouseCommittable batch = fresh();

        commit(batch);
        commit(batch);

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
                        Duration.ofMinutes(10).toNanos(),
                        Duration.ofMinutes(10).plusSeconds(5).toNanos());
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
    void batchesAreCommittedInOrderByOneAndAtOnceByMore() throws Exception {
        List<RecordedRequest> requests =
                Stream.generate(() -> new RecordedRequest(fresh())).limit(20).toList();

        commit(requests, 4);

        assertThat(requests).allSatisfy(request -> assertThat(store.rowsOf(request.getCommittable()))
                .isEqualTo(ROWS));
        assertThat(counter("batchesCommitted")).isEqualTo(20);
        assertThat(counter("rowsCommitted")).isEqualTo(20 * ROWS);
        assertThat(counter("bytesCommitted")).isEqualTo(20 * 3);
        assertThat(store.mostInsertsAtOnce()).isLessThanOrEqualTo(4);
    }

    @Test
    void oneFailureAmongManyFailsTheCommit() {
        store.nextInserts(Fault.NONE, Fault.HOPELESS);

        assertThatThrownBy(() -> commit(
                        List.of(
                                new RecordedRequest(fresh()),
                                new RecordedRequest(fresh()),
                                new RecordedRequest(fresh())),
                        2))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("scripted: unknown table");
    }

    @Test
    void anInterruptEndsACommitThatHangs() throws Exception {
        for (int concurrency : new int[] {1, 2}) {
            FakeStore hanging = new FakeStore().everyInsert(Fault.HANG);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread task = new Thread(() -> {
                try (ClickHouseCommitter committer = committer(hanging, concurrency)) {
                    committer.commit(requests(List.of(new RecordedRequest(fresh()), new RecordedRequest(fresh()))));
                } catch (Throwable e) {
                    thrown.set(e);
                }
            });
            task.start();
            hanging.awaitHanging();

            task.interrupt();
            task.join(10_000);

            assertThat(task.isAlive()).isFalse();
            assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
            assertThat(hanging.isClosed()).isTrue();
        }
    }

    @Test
    void theAgeOfTheOldestBatchIsToldWhileItWaits() throws Exception {
        // Opened at 1 s; it is 61 s now.
        Gauge<Long> age;
        FakeStore hanging = new FakeStore().everyInsert(Fault.HANG);
        ClickHouseCommitter committer = committer(hanging, 1);
        age = metrics.<Long>getGauge("clickhouse", "oldestUncommittedBatchAgeMs")
                .orElseThrow();
        assertThat(age.getValue()).isZero();
        Thread task = new Thread(() -> {
            try {
                committer.commit(requests(List.of(new RecordedRequest(fresh()))));
            } catch (IOException | InterruptedException e) {
                // The end of the test.
            }
        });
        task.start();
        hanging.awaitHanging();

        assertThat(age.getValue()).isEqualTo(60_000L);

        task.interrupt();
        task.join();
        assertThat(age.getValue()).isZero();
        committer.close();
    }

    private void commit(ClickHouseCommittable batch) throws IOException, InterruptedException {
        commit(List.of(new RecordedRequest(batch)), 1);
    }

    private void commit(List<RecordedRequest> requests, int concurrency) throws IOException, InterruptedException {
        try (ClickHouseCommitter committer = committer(store, concurrency)) {
            committer.commit(requests(requests));
        }
    }

    private static List<CommitRequest<ClickHouseCommittable>> requests(List<RecordedRequest> requests) {
        return new ArrayList<>(requests);
    }

    private ClickHouseCommitter committer(FakeStore target, int concurrency) throws IOException {
        return new ClickHouseCommitter(
                Shards.open(1, shard -> target),
                RESTORED_FROM,
                RetryPolicy.DEFAULT,
                timer,
                concurrency,
                metrics.getMetricGroup(),
                Clock.fixed(Instant.ofEpochMilli(61_000), ZoneOffset.UTC));
    }

    private long counter(String name) {
        return metrics.getCounter("clickhouse", name).orElseThrow().getCount();
    }
}
