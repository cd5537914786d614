package io.tidegate.serving.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSizeTest {

    @ParameterizedTest
    @CsvSource({"0B, 0", "512B, 512", "64KiB, 65536", "5MiB, 5242880", "2GiB, 2147483648"})
    void aSizeIsReadInBinaryUnitsAndWrittenBackTheSame(String text, long bytes) {
        assertThat(DataSize.parse(text).bytes()).isEqualTo(bytes);
        assertThat(DataSize.parse(text).toString()).isEqualTo(text);
    }

    @Test
    void nothingNeedsNoUnit() {
        assertThat(DataSize.parse("0")).isEqualTo(DataSize.parse("0B"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "00", "5MB", "-1KiB", "1.5MiB", "five", "99999999999B"})
    void whatIsNoSizeIsRefused(String text) {
        assertThatThrownBy(() -> DataSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0ms, PT0S", "100ms, PT0.1S", "10s, PT10S", "5m, PT5M", "1h, PT1H", "30d, PT720H"})
    void aDurationIsReadAndWrittenBackTheSame(String text, Duration duration) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
        assertThat(Durations.format(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "10 years", "-5s", "PT10S", "1.5s"})
    void whatIsNoDurationIsRefused(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSizeAboveTwoGibibytesIsCutForApisThatCountInInt() {
        assertThat(DataSize.parse("4GiB").intBytes()).isEqualTo(Integer.MAX_VALUE);
    }
}
