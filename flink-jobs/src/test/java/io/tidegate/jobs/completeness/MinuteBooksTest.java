package io.tidegate.jobs.completeness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class MinuteBooksTest {

    private static final long MINUTE_MS = 60_000;
    private static final long NOON = 1_794_744_000_000L;

    @Test
    void countsLeaveBeforeTheBarrierAndOnlyOnce() throws Exception {
        try (var tally = tally(MinuteTally.Fate.READ)) {
            // Given
            for (long at : new long[] {NOON, NOON + 59_999, NOON + 60_000}) {
                tally.processElement(at, 0);
            }
            assertThat(tally.extractOutputValues()).isEmpty();

            // When
            tally.prepareSnapshotPreBarrier(1);
            tally.prepareSnapshotPreBarrier(2);

            // Then
            assertThat(tally.extractOutputValues())
                    .containsExactlyInAnyOrder(
                            new MinuteCount("events", 3, NOON, 2, 0, 0),
                            new MinuteCount("events", 3, NOON + MINUTE_MS, 1, 0, 0));
        }
    }

    @Test
    void aDeadLetterIsARecordTooAndARepeatIsCountedAsOneAlready() throws Exception {
        try (var dead = tally(MinuteTally.Fate.DEAD);
                var repeated = tally(MinuteTally.Fate.REPEATED)) {
            dead.processElement(NOON, 0);
            repeated.processElement(NOON, 0);

            dead.prepareSnapshotPreBarrier(1);
            repeated.prepareSnapshotPreBarrier(1);

            assertThat(dead.extractOutputValues()).containsExactly(new MinuteCount("events", 3, NOON, 1, 0, 1));
            assertThat(repeated.extractOutputValues()).containsExactly(new MinuteCount("events", 3, NOON, 0, 1, 0));
        }
    }

    @Test
    void sumsAreAbsoluteAndGoOnAfterARestore() throws Exception {
        // Given
        OperatorSubtaskState state;
        long version;
        try (var books = books()) {
            books.open();
            books.setProcessingTime(NOON);
            books.processElement(count(0, 10, 1, 0), 0);
            books.processElement(count(0, 5, 0, 2), 0);
            LedgerRow last = last(books);
            assertThat(last.records()).isEqualTo(15);
            version = last.version();
            state = books.snapshot(1, 1);
        }

        // When
        try (var books = books()) {
            books.initializeState(state);
            books.open();
            books.processElement(count(0, 1, 0, 0), 0);

            // Then
            LedgerRow row = last(books);
            assertThat(List.of(row.records(), row.repeated(), row.dead())).containsExactly(16L, 1L, 2L);
            assertThat(row.version()).isGreaterThan(version);
        }
    }

    @Test
    void aMinuteIsForgottenOnceReadingAndTimeAreWellPastIt() throws Exception {
        try (var books = books()) {
            // Given
            books.open();
            books.setProcessingTime(NOON);
            books.processElement(count(0, 1, 0, 0), 0);
            books.processElement(count(300, 1, 0, 0), 0);
            assertThat(books.numKeyedStateEntries()).isPositive();

            // When only the minutes have flown by, as in a fast read of history
            books.processElement(count(0, 1, 0, 0), 0);
            assertThat(last(books).records()).isEqualTo(2);

            // When the clock has gone on, too
            books.setProcessingTime(NOON + 3 * MinuteBooks.KEPT_AFTER_CHANGE.toMillis());

            // Then the newest is still known, and the old one isn't
            books.processElement(count(300, 1, 0, 0), 0);
            assertThat(last(books).records()).isEqualTo(2);
            books.processElement(count(0, 1, 0, 0), 0);
            assertThat(last(books).records()).isEqualTo(1);
        }
    }

    private static LedgerRow last(OneInputStreamOperatorTestHarness<MinuteCount, LedgerRow> books) {
        List<LedgerRow> rows = books.extractOutputValues();
        return rows.get(rows.size() - 1);
    }

    private static MinuteCount count(int minute, long records, long repeated, long dead) {
        return new MinuteCount("events", 3, NOON + minute * MINUTE_MS, records, repeated, dead);
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, MinuteCount, LedgerRow> books() throws Exception {
        return new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new MinuteBooks()), MinuteCount::book, Types.STRING);
    }

    /** Records that are their own append time. */
    private static OneInputStreamOperatorTestHarness<Long, MinuteCount> tally(MinuteTally.Fate fate) throws Exception {
        var harness = new OneInputStreamOperatorTestHarness<Long, MinuteCount>(
                new MinuteTally<>(
                        new MinuteTally.Origin<>() {
                            private static final long serialVersionUID = 1L;

                            @Override
                            public String topic(Long record) {
                                return "events";
                            }

                            @Override
                            public int partition(Long record) {
                                return 3;
                            }

                            @Override
                            public long appendedAtMs(Long record) {
                                return record;
                            }
                        },
                        fate),
                TypeInformation.of(Long.class)
                        .createSerializer((org.apache.flink.api.common.serialization.SerializerConfig) null));
        harness.open();
        return harness;
    }
}
