package io.tidegate.dev.clickhouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalCallersTest {

    private final LocalCallers loopback = new LocalCallers(InetAddress.getLoopbackAddress());

    @ParameterizedTest
    @ValueSource(strings = {"localhost:8123", "127.0.0.1:8123", "127.1.2.3", "[::1]:8123"})
    void programsOfThisMachineAreAdmitted(String host) {
        assertThat(loopback.admit(host, null)).isTrue();
        assertThat(loopback.admit(host, "http://localhost:3000")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rebound.example.org:8123", "localhost.example.org", "127.0.0.1.example.org", "", "::"})
    void aNameThatOnlyPointsHereIsNot(String host) {
        assertThat(loopback.admit(host, null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://example.org", "null", "http://localhost.example.org"})
    void aForeignPageIsNot(String origin) {
        assertThat(loopback.admit("localhost:8123", origin)).isFalse();
    }

    @Test
    void onAnotherInterfaceAnyHostIsAdmittedButNoForeignPage() throws Exception {
        LocalCallers everywhere = new LocalCallers(InetAddress.getByAddress(new byte[] {0, 0, 0, 0}));
        assertThat(everywhere.admit("clickhouse.lan:8123", null)).isTrue();
        assertThat(everywhere.admit("clickhouse.lan:8123", "https://example.org"))
                .isFalse();
    }
}
