package io.tidegate.jobs.clickhouse.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MonthPartitionsTest {

    private final MonthPartitions months = new MonthPartitions();

    @ParameterizedTest
    @CsvSource({
        "1970-01-01T00:00:00Z, 197001",
        "2000-02-29T23:59:59.999Z, 200002",
        "2026-10-31T23:59:59.999Z, 202610",
        "2026-11-01T00:00:00Z, 202611",
        "2105-12-31T23:59:59.999Z, 210512"
    })
    void aTimeBelongsToItsMonthInUtc(Instant time, int partition) {
        assertThat(months.of(time.toEpochMilli())).isEqualTo(partition);
    }

    @Test
    void theRememberedMonthEndsAtItsLastMillisecond() {
        long start = Instant.parse("2026-11-01T00:00:00Z").toEpochMilli();
        long end = Instant.parse("2026-12-01T00:00:00Z").toEpochMilli();

        assertThat(months.of(start)).isEqualTo(202611);
        assertThat(months.of(end - 1)).isEqualTo(202611);
        assertThat(months.of(end)).isEqualTo(202612);
        assertThat(months.of(start - 1)).isEqualTo(202610);
    }

    @Test
    void aTimeThatClickHouseWouldBendIsRefused() {
        assertThatThrownBy(() -> months.of(-1)).hasMessageStartingWith("partition time:");
        assertThatThrownBy(() -> months.of(Instant.parse("2106-01-01T00:00:00Z").toEpochMilli()))
                .hasMessageStartingWith("partition time:");
    }
}
