package io.tidegate.dev.demo.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenMainTest {

    @Test
    void lifetimesAreWrittenWithTheirUnit() {
        assertThat(TokenMain.lifetime("30s")).isEqualTo(Duration.ofSeconds(30));
        assertThat(TokenMain.lifetime("15m")).isEqualTo(Duration.ofMinutes(15));
        assertThat(TokenMain.lifetime("1h")).isEqualTo(Duration.ofHours(1));
        assertThat(TokenMain.lifetime("7d")).isEqualTo(Duration.ofDays(7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "h", "0h", "-1h", "1 h", "1w", "99999999999h"})
    void otherLifetimesAreRefusedByTheNameOfTheirOption(String lifetime) {
        assertThatThrownBy(() -> TokenMain.lifetime(lifetime))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--ttl");
    }
}
