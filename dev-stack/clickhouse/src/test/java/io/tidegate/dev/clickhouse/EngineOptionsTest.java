package io.tidegate.dev.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineOptionsTest {

    @Test
    void onlyDirectoryAndPortAreNeeded() {
        assertThat(EngineOptions.parse("--data", "d", "--port", "0"))
                .isEqualTo(new EngineOptions(Path.of("d"), "127.0.0.1", 0, Optional.empty(), false));
        assertThat(EngineOptions.parse(
                        "--host", "0.0.0.0", "--library", "l", "--until-stdin-ends", "--port", "8123", "--data", "d"))
                .isEqualTo(new EngineOptions(Path.of("d"), "0.0.0.0", 8123, Optional.of(Path.of("l")), true));
    }

    @ParameterizedTest
    @CsvSource({
        "--port 1, --data: missing",
        "--data d, --port: missing",
        "--data d --port x, --port: not a number: x",
        "--data d --port 65536, --port: must be between 0 and 65535: 65536",
        "--data d --port, '--port: unknown option, or its value is missing'",
        "--verbose yes, --verbose: unknown option"
    })
    void aBadOptionIsNamed(String line, String message) {
        assertThatThrownBy(() -> EngineOptions.parse(line.split(" "))).hasMessage(message);
    }
}
