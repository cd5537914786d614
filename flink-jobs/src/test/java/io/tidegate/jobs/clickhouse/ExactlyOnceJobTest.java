package io.tidegate.jobs.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.proxy.FaultyProxy;
import io.tidegate.dev.clickhouse.proxy.FaultyProxy.Fault;
import io.tidegate.jobs.clickhouse.client.ClickHouseClient;
import io.tidegate.jobs.clickhouse.client.ClickHouseClientConfig;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import io.tidegate.jobs.clickhouse.committer.CommitTarget;
import io.tidegate.jobs.clickhouse.committer.CommitTargetException;
import io.tidegate.jobs.clickhouse.committer.RetryPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.GatedRateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole jobs on Flink and the real engine: they crash, lose answers, are stopped and rescaled, and each row is
 * there once.
 */
class ExactlyOnceJobTest {

    /** A machine with much to do takes its time; one with little needs seconds. */
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static final int ROWS = 2_400;
    private static final int ROWS_PER_CHECKPOINT = 200;

    /** After so many rows of an attempt a reader of a job that is to be stopped waits for that: it must not end before. */
    private static final int ROWS_UNTIL_PAUSE = 1_000;

    /** Fails the job at the second failure of a batch. */
    private static final RetryPolicy GIVES_UP_AT_ONCE =
            new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofNanos(1));

    /** Rows that have thrown already, over all attempts of all jobs. */
    private static final Set<Long> CRASHED = ConcurrentHashMap.newKeySet();

    /** How many committers were opened, over all attempts. */
    private static final AtomicInteger ATTEMPTS = new AtomicInteger();

    private static final AtomicBoolean STORE_AWAY = new AtomicBoolean();

    /** Rows that were inserted, repeats and all. */
    private static final AtomicLong STORED = new AtomicLong();

    /** How often the insert of rows after the {@code ROWS - ROWS_PER_CHECKPOINT} first ones fails the job. */
    private static final AtomicInteger LAST_ROWS_REFUSED = new AtomicInteger();

    /** The highest row that was read. */
    private static final AtomicLong HIGHEST = new AtomicLong();

    @RegisterExtension
    static final MiniClusterExtension FLINK = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(5)
            .build());

    @TempDir
    static Path data;

    private static ClickHouseProcess clickHouse;

    @TempDir
    Path savepoints;

    @TempDir
    Path otherData;

    private SampleTable table;

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
        CRASHED.clear();
        ATTEMPTS.set(0);
        STORE_AWAY.set(false);
        STORED.set(0);
        LAST_ROWS_REFUSED.set(0);
        HIGHEST.set(0);
    }

    @Test
    void aJobThatCrashesAgainAndAgainWritesEachRowOnce() throws Exception {
        // When
        JobClient job = new TestJob()
                .parallelism(2)
                .crashingAt(700L, 1_100L, 1_101L, 1_900L, 2_399L)
                .start();
        job.getJobExecutionResult().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        // Then
        assertThat(CRASHED).hasSize(5);
        assertEachRowOnce();
    }

    @Test
    void aJobWhoseCommitsFailIsRestoredAndVerifiesThem() throws Exception {
        // Given: the policy gives up when the count fails too, so that each pair restarts the job with a batch in
        // doubt
        try (FaultyProxy proxy = FaultyProxy.before(clickHouse.uri())) {
            proxy.onInserts(Fault.PASS, Fault.SWALLOW_ANSWER)
                    .onCount(Fault.SWALLOW_ANSWER)
                    .onInserts(Fault.PASS, Fault.CUT_BODY)
                    .onCount(Fault.SWALLOW_ANSWER)
                    .onInserts(Fault.SWALLOW_ANSWER)
                    .onCount(Fault.SWALLOW_ANSWER)
                    .onInserts(Fault.HOLD_REQUEST)
                    .onCount(Fault.SWALLOW_ANSWER);

            // When
            JobClient job = new TestJob()
                    .storingAt(proxy.uri())
                    .retry(GIVES_UP_AT_ONCE, Duration.ofSeconds(2))
                    .start();
            job.getJobExecutionResult().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            proxy.release();

            // Then
            assertThat(proxy.isScriptPlayed()).isTrue();
        }
        assertThat(ATTEMPTS).hasValueGreaterThanOrEqualTo(1 + 4);
        assertEachRowOnce();
    }

    @Test
    void aJobThatIsRescaledBySavepointsWritesEachRowOnce() throws Exception {
        // Given
        JobClient one = new TestJob().pausingAfter(ROWS_UNTIL_PAUSE).start();
        String first = stopWithSavepointAfter(one, ROWS / 5);
        JobClient two = new TestJob()
                .parallelism(2)
                .restoring(first)
                .crashingAt(1_300L)
                .pausingAfter(ROWS_UNTIL_PAUSE)
                .start();
        String second = stopWithSavepointAfter(two, 1_400);

        // When
        JobClient last = new TestJob().restoring(second).start();
        last.getJobExecutionResult().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        // Then
        assertEachRowOnce();
        assertThat(table.number("SELECT uniqExact(_lineage) FROM " + SampleRowEncoder.TABLE))
                .as("one lineage a submission")
                .isEqualTo(3);
    }

    @Test
    void aJobOfFiveSubtasksContinuesWithTwo() throws Exception {
        // Given
        JobClient five =
                new TestJob().parallelism(5).pausingAfter(ROWS_UNTIL_PAUSE / 5).start();
        String savepoint = stopWithSavepointAfter(five, ROWS / 5);

        // When
        JobClient two = new TestJob().parallelism(2).restoring(savepoint).start();
        two.getJobExecutionResult().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        // Then
        assertEachRowOnce();
    }

    @Test
    void aStoreThatIsAwayCostsNothingButTime() throws Exception {
        // Given: rows come only with completed checkpoints, 200 each
        STORE_AWAY.set(true);
        JobClient job = new TestJob().start();

        // When: nothing is stored, and ten checkpoints complete
        Awaitility.await().atMost(LIMIT).until(() -> HIGHEST.get() >= 10 * ROWS_PER_CHECKPOINT);
        assertThat(table.rows()).isZero();
        STORE_AWAY.set(false);
        job.getJobExecutionResult().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        // Then
        assertEachRowOnce();
    }

    @Test
    void beyondItsLimitTheJobIsHeldBackUntilTheStoreIsThere() throws Exception {
        // Given room for three checkpoints' rows
        STORE_AWAY.set(true);
        JobClient job = new TestJob().pendingBytes(3 * ROWS_PER_CHECKPOINT * 70).start();
        Awaitility.await().atMost(LIMIT).until(() -> HIGHEST.get() >= 3 * ROWS_PER_CHECKPOINT);

        // When
        Awaitility.await()
                .during(Duration.ofSeconds(1))
                .atMost(LIMIT)
                .until(() -> HIGHEST.get() <= 8 * ROWS_PER_CHECKPOINT);
        assertThat(table.rows()).isZero();
        STORE_AWAY.set(false);
        job.getJobExecutionResult().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        // Then
        assertEachRowOnce();
    }

    @Test
    void theLastRowsOfABoundedInputAreStoredThoughTheirCommitFails() throws Exception {
        // Given: three times the job fails over what its final checkpoint holds
        LAST_ROWS_REFUSED.set(3);

        // When
        JobClient job = new TestJob().start();
        job.getJobExecutionResult().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        // Then
        assertThat(LAST_ROWS_REFUSED).hasValue(0);
        assertEachRowOnce();
    }

    @Test
    void eachShardGetsTheRowsOfItsKeysOnce() throws Exception {
        try (ClickHouseProcess other = ClickHouseProcess.start(otherData)) {
            SampleTable second = SampleTable.create(other, SampleRowEncoder.append());

            // When
            JobClient job = new TestJob()
                    .parallelism(2)
                    .storingAt(clickHouse.uri(), other.uri())
                    .crashingAt(700L, 1_900L)
                    .start();
            job.getJobExecutionResult().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

            // Then
            assertThat(table.rows() + second.rows()).isEqualTo(ROWS);
            assertThat(table.distinctIds() + second.distinctIds()).isEqualTo(ROWS);
            String misplaced = "SELECT countIf(" + Sharding.sql("text", 2) + " != ?) FROM " + SampleRowEncoder.TABLE;
            assertThat(table.number(misplaced.replace("?", "0"))).isZero();
            assertThat(second.number(misplaced.replace("?", "1"))).isZero();
            assertThat(second.rows()).isBetween(1_000L, 1_400L);
        }
    }

    @Test
    void theSameSavepointTwiceWritesWhatCameBeforeItOnce() throws Exception {
        // Given
        JobClient job = new TestJob().pausingAfter(ROWS_UNTIL_PAUSE).start();
        String savepoint = stopWithSavepointAfter(job, ROWS / 5);
        long before = table.rows();
        JobClient again = new TestJob()
                .restoring(savepoint)
                .pausingAfter(ROWS_UNTIL_PAUSE)
                .start();
        stopWithSavepointAfter(again, before + ROWS_PER_CHECKPOINT);
        // The runbook for an old savepoint: what was written after it goes first.
        clickHouse.query("ALTER TABLE " + SampleRowEncoder.TABLE + " DELETE WHERE _lineage = '"
                + again.getJobID().toHexString() + "' SETTINGS mutations_sync = 2");
        assertThat(table.rows()).isEqualTo(before);

        // When
        JobClient last = new TestJob().parallelism(2).restoring(savepoint).start();
        last.getJobExecutionResult().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        // Then
        assertEachRowOnce();
    }

    private void assertEachRowOnce() throws IOException {
        assertThat(table.distinctIds()).isEqualTo(ROWS);
        assertThat(table.rows()).isEqualTo(ROWS);
        assertThat(table.number("SELECT sum(id) FROM " + SampleRowEncoder.TABLE))
                .isEqualTo(LongStream.range(0, ROWS).sum());
    }

    private String stopWithSavepointAfter(JobClient job, long rows) throws Exception {
        Awaitility.await().atMost(LIMIT).until(() -> table.rows() >= rows);
        String savepoint = job.stopWithSavepoint(false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        Awaitility.await().atMost(LIMIT).until(() -> job.getJobStatus().get() == JobStatus.FINISHED);
        return savepoint;
    }

    /** A job from numbers to the table, as one test wants it. */
    private static final class TestJob {

        private List<URI> shards = List.of(clickHouse.uri());
        private int parallelism = 1;
        private String savepoint;
        private Set<Long> crashes = Set.of();
        private int rowsUntilPause = Integer.MAX_VALUE;
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private Duration requestTimeout = Duration.ofSeconds(30);
        private long pendingBytes = 1 << 20;

        TestJob storingAt(URI... addresses) {
            shards = List.of(addresses);
            return this;
        }

        TestJob parallelism(int subtasks) {
            parallelism = subtasks;
            return this;
        }

        TestJob restoring(String path) {
            savepoint = path;
            return this;
        }

        TestJob crashingAt(Long... rows) {
            crashes = Set.of(rows);
            return this;
        }

        /** So that the job can be stopped and doesn't end before: each reader emits so many rows and no more. */
        TestJob pausingAfter(int rowsOfAReader) {
            rowsUntilPause = rowsOfAReader;
            return this;
        }

        TestJob retry(RetryPolicy policy, Duration timeout) {
            retry = policy;
            requestTimeout = timeout;
            return this;
        }

        TestJob pendingBytes(long bytes) {
            pendingBytes = bytes;
            return this;
        }

        JobClient start() throws Exception {
            Configuration config = new Configuration();
            config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
            config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
            config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 50);
            config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
            config.set(PipelineOptions.GENERIC_TYPES, false);
            config.set(PipelineOptions.OBJECT_REUSE, true);
            if (savepoint != null) {
                config.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
            }
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
            env.setParallelism(parallelism);
            env.setMaxParallelism(8);
            List<ClickHouseClientConfig> clients = shards.stream()
                    .map(shard -> ClickHouseClientConfig.of(shard).withRequestTimeout(requestTimeout))
                    .toList();
            TypeInformation<SampleRow> rowType =
                    Types.POJO(SampleRow.class, Map.of("id", Types.LONG, "atMs", Types.LONG, "text", Types.STRING));
            DataGeneratorSource<Long> ids =
                    new DataGeneratorSource<>(id -> id, ROWS, new RowsPerCheckpoint(rowsUntilPause), Types.LONG);
            env.fromSource(ids, WatermarkStrategy.noWatermarks(), "ids")
                    .uid("ids")
                    .map(new CrashingRow(crashes))
                    .returns(rowType)
                    .uid("rows")
                    .sinkTo(ClickHouseSink.into(SampleRowEncoder.append(), clients.size(), shard -> {
                                ATTEMPTS.incrementAndGet();
                                return new UnreliableStore(new ClickHouseClient(clients.get(shard)));
                            })
                            .limits(new BatchLimits(50, 1 << 20))
                            .retry(retry)
                            .commitConcurrency(parallelism)
                            .pendingBytes(pendingBytes)
                            .build())
                    .name("table")
                    .uid("table");
            return env.executeAsync("exactly-once");
        }
    }

    /** The real store, which a test can take away. */
    private record UnreliableStore(ClickHouseClient store) implements CommitTarget {

        @Override
        public void insert(ClickHouseCommittable batch, String token)
                throws CommitTargetException, InterruptedException {
            throwWhileAway();
            if (STORED.get() >= ROWS - ROWS_PER_CHECKPOINT
                    && LAST_ROWS_REFUSED.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                throw CommitTargetException.hopeless("scripted: refused", null);
            }
            store.insert(batch, token);
            STORED.addAndGet(batch.rows());
        }

        @Override
        public long count(ClickHouseCommittable batch) throws CommitTargetException, InterruptedException {
            throwWhileAway();
            return store.count(batch);
        }

        @Override
        public void delete(ClickHouseCommittable batch) throws CommitTargetException, InterruptedException {
            throwWhileAway();
            store.delete(batch);
        }

        private static void throwWhileAway() throws CommitTargetException {
            if (STORE_AWAY.get()) {
                throw CommitTargetException.mayHeal("scripted: away", null);
            }
        }

        @Override
        public void close() {
            store.close();
        }
    }

    /**
     * So many rows, then a checkpoint, and so on: a job of twelve checkpoints, however fast the machine is.
     *
     * @param untilPause rows that a source reader emits at most
     */
    private record RowsPerCheckpoint(int untilPause) implements RateLimiterStrategy<NumberSequenceSplit> {

        @Override
        public RateLimiter<NumberSequenceSplit> createRateLimiter(int parallelism) {
            RateLimiter<NumberSequenceSplit> limiter = new GatedRateLimiter<>(ROWS_PER_CHECKPOINT / parallelism);
            return new RateLimiter<>() {

                private int left = untilPause;

                @Override
                public CompletionStage<Void> acquire(int rows) {
                    left -= rows;
                    return left < 0 ? new CompletableFuture<>() : limiter.acquire(rows);
                }

                @Override
                public void notifyCheckpointComplete(long checkpointId) {
                    limiter.notifyCheckpointComplete(checkpointId);
                }
            };
        }
    }

    /** Makes a row of an id; throws once at each of the given ids. */
    private static final class CrashingRow implements MapFunction<Long, SampleRow> {

        private static final long serialVersionUID = 1L;

        private final Set<Long> crashes;

        CrashingRow(Set<Long> crashes) {
            this.crashes = crashes;
        }

        @Override
        public SampleRow map(Long id) {
            HIGHEST.accumulateAndGet(id, Math::max);
            if (crashes.contains(id) && CRASHED.add(id)) {
                throw new IllegalStateException("scripted crash at row " + id);
            }
            return id % 2 == 0 ? SampleRow.of(id) : SampleRow.inDecember(id);
        }
    }
}
