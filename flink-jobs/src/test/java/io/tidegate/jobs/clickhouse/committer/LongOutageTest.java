package io.tidegate.jobs.clickhouse.committer;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.jobs.clickhouse.committer.FakeStore.Fault;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.testutils.MetricListener;
import org.junit.jupiter.api.Test;

/** A store that is away for ten minutes, on a clock that the test moves: each second a checkpoint with a new batch. */
class LongOutageTest {

    private static final int OUTAGE_SECONDS = 600;
    private static final int THREADS = 4;
    /** The default of the sink. */
    private static final long PENDING_LIMIT = 64L << 20;

    private final FakeStore store = new FakeStore();
    private final MovedTime time = new MovedTime();
    private final MetricListener metrics = new MetricListener();
    private final List<IOException> told = new CopyOnWriteArrayList<>();

    @Test
    void costsNothingButTime() throws Exception {
        List<ClickHouseCommittable> batches = new ArrayList<>();
        store.everyInsert(Fault.ERROR_BEFORE);
        try (Outbox outbox = outbox()) {
            // When it is away, each checkpoint completes, holds all that waits, and isn't held back
            for (int second = 1; second <= OUTAGE_SECONDS; second++) {
                batches.add(SampleBatches.fresh());
                outbox.add(batches.get(second - 1));
                assertThat(outbox.awaitRoom(PENDING_LIMIT)).isZero();
                assertThat(outbox.snapshot(second)).hasSize(second);
                outbox.completed(second);
                time.pass(Duration.ofSeconds(1), Math.min(THREADS, second));
            }

            // Then it can be seen, and the store isn't stormed: each thread tries a batch every 2.5 to 5 s
            assertThat(gauge("pendingBatches")).isEqualTo(OUTAGE_SECONDS);
            assertThat(gauge("oldestUncommittedBatchAgeMs")).isEqualTo(OUTAGE_SECONDS * 1_000L);
            assertThat(counter("batchesCommitted")).isZero();
            assertThat(store.calls().stream().filter("insert"::equals).count())
                    .isBetween(THREADS * OUTAGE_SECONDS / 6L, THREADS * OUTAGE_SECONDS * 2L / 5 + THREADS * 10);

            // When it is back
            store.everyInsert(Fault.NONE);
            time.pass(Duration.ofSeconds(5), 0);
            assertThat(outbox.awaitDue(Duration.ofMinutes(1))).isTrue();

            // Then nothing is missing, twice or given up
            assertThat(batches)
                    .allSatisfy(batch -> assertThat(store.rowsOf(batch)).isEqualTo(SampleBatches.ROWS));
            assertThat(outbox.snapshot(OUTAGE_SECONDS + 1)).isEmpty();
            assertThat(told).isEmpty();
            assertThat(counter("batchesCommitted")).isEqualTo(OUTAGE_SECONDS);
            assertThat(counter("batchesReinserted")).as("those that were tried").isEqualTo(THREADS);
            assertThat(gauge("oldestUncommittedBatchAgeMs")).isZero();
        }
    }

    private Outbox outbox() throws IOException {
        CommitMetrics commitMetrics = new CommitMetrics(metrics.getMetricGroup(), 1);
        Outbox outbox = new Outbox(
                Shards.open(1, shard -> store), RetryPolicy.DEFAULT, time, THREADS, commitMetrics, told::add);
        commitMetrics.pending(outbox, time.clock());
        return outbox;
    }

    private long gauge(String name) {
        return metrics.<Long>getGauge("clickhouse", name).map(Gauge::getValue).orElseThrow();
    }

    private long counter(String name) {
        return metrics.getCounter("clickhouse", name).orElseThrow().getCount();
    }

    /** Time that passes only when it is told to. */
    private static final class MovedTime implements RetryTimer {

        private static final long serialVersionUID = 1L;

        private final List<Long> wakeUps = new ArrayList<>();
        private long nanos;

        @Override
        public synchronized long nanoTime() {
            return nanos;
        }

        @Override
        public synchronized void sleep(Duration wait) throws InterruptedException {
            Long wakeUp = nanos + wait.toNanos();
            wakeUps.add(wakeUp);
            notifyAll();
            try {
                while (nanos < wakeUp) {
                    wait();
                }
            } finally {
                wakeUps.remove(wakeUp);
            }
        }

        /** Once so many threads sleep, lets time pass; whoever has slept enough goes on. */
        synchronized void pass(Duration duration, int sleepers) throws InterruptedException {
            while (wakeUps.stream().filter(wakeUp -> wakeUp > nanos).count() < sleepers) {
                wait();
            }
            nanos += duration.toNanos();
            notifyAll();
        }

        /** Began when the first batch was opened. */
        Clock clock() {
            return new Clock() {
                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    throw new UnsupportedOperationException("only in UTC");
                }

                @Override
                public Instant instant() {
                    return Instant.ofEpochMilli(SampleBatches.OPENED_AT_MS).plusNanos(nanoTime());
                }
            };
        }
    }
}
