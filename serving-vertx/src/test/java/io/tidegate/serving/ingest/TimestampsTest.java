package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-01-31T12:30:05Z",
                "2026-01-31T12:30:05.1Z",
                "2026-01-31T12:30:05.123Z",
                "2026-01-31T12:30:05.123456789Z",
                "2026-01-31T12:30Z",
                "2024-02-29T23:59:59.999+01:00",
                "2000-02-29T00:00:00-11:30",
                "1970-01-01T00:00:00Z",
                "0000-03-01T00:00:00Z",
                "9999-12-31T23:59:59.999Z"
            })
    void aTimeWithAZoneIsRead(String text) {
        assertThat(Timestamps.parse(text))
                .isEqualTo(OffsetDateTime.parse(text).toInstant().toEpochMilli());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "2026-01-31",
                "2026-01-31T12:30:05",
                "2026-01-31 12:30:05Z",
                "2026-02-29T00:00:00Z",
                "2026-13-01T00:00:00Z",
                "2026-00-01T00:00:00Z",
                "2026-01-32T00:00:00Z",
                "2026-01-31T24:00:00Z",
                "2026-01-31T12:60:00Z",
                "2026-01-31T12:30:60Z",
                "2026-01-31T12:30:05.Z",
                "2026-01-31T12:30:05.1234567890Z",
                "2026-01-31T12:30:05+0100",
                "2026-01-31T12:30:05+25:00",
                "2026-01-31T12:30:05ZZ",
                "2026-01-31T12:30:05[UTC]",
                "-2026-01-31T12:30:05Z",
                "+12026-01-31T12:30:05Z",
                "２026-01-31T12:30:05Z",
                "1767225600000"
            })
    void whatIsNoTimeOrHasNoZoneIsInvalid(String text) {
        assertThat(Timestamps.parse(text)).isEqualTo(Timestamps.INVALID);
    }

    @Test
    void itAgreesWithJavaTimeFromYear0To9999() {
        Random random = new Random(4);
        long first = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
        long last = Instant.parse("9999-12-31T23:59:59Z").toEpochMilli();
        for (int i = 0; i < 20_000; i++) {
            Instant instant = Instant.ofEpochMilli(random.nextLong(first, last));

            assertThat(Timestamps.parse(instant.toString()))
                    .as(instant.toString())
                    .isEqualTo(instant.toEpochMilli());
        }
    }
}
