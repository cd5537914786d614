package io.tidegate.serving.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.Network;
import io.tidegate.serving.config.YamlSection;
import java.io.StringReader;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerResolverTest {

    private static final PeerResolver RESOLVER =
            new PeerResolver(List.of(Network.parse("10.0.0.0/8"), Network.parse("2001:db8:aaaa::/48")));

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        -                                    | 10.0.0.1
        203.0.113.9                          | 203.0.113.9
        198.51.100.7, 203.0.113.9            | 203.0.113.9
        198.51.100.7, 203.0.113.9, 10.1.1.1  | 203.0.113.9
        10.2.2.2, 10.1.1.1                   | 10.2.2.2
        198.51.100.7, nonsense               | 10.0.0.1
        198.51.100.7, nonsense, 10.1.1.1     | 10.1.1.1
        198.51.100.7,,203.0.113.9            | 203.0.113.9
        203.0.113.9:4711                     | 203.0.113.9
        [2001:db8::1]:4711                   | 2001:db8:0:0::/64
        2001:db8::1, 2001:db8:aaaa::7        | 2001:db8:0:0::/64
        ::ffff:203.0.113.9                   | 203.0.113.9
        """)
    void theRightmostHopThatIsNotTrustedIsTheClient(String header, String client) {
        byte[] proxy = Network.literal("10.0.0.1");

        byte[] found = RESOLVER.client(proxy, header == null ? List.of() : List.of(header));

        assertThat(PeerAddress.of(found)).hasToString(client);
    }

    @Test
    void severalHeadersAreOneListInTheirOrder() {
        byte[] found = RESOLVER.client(Network.literal("10.0.0.1"), List.of("198.51.100.7", "203.0.113.9, 10.1.1.1"));

        assertThat(PeerAddress.of(found)).hasToString("203.0.113.9");
    }

    @Test
    void anEndlessListIsNotReadToItsEnd() {
        String[] hops = new String[10_000];
        Arrays.fill(hops, "10.1.1.1");

        byte[] found = RESOLVER.client(Network.literal("10.0.0.1"), List.of(String.join(",", hops)));

        assertThat(PeerAddress.of(found)).hasToString("10.1.1.1");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.128/25, 192.0.2.255, true",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "0.0.0.0/0, 203.0.113.1, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false"
    })
    void aNetworkHoldsWhatItsPrefixSays(String network, String address, boolean contained) {
        assertThat(Network.parse(network).contains(Network.literal(address))).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0.0/", "proxy.example", "", "::/129"})
    void whatIsNoNetworkIsAConfigurationErrorThatNamesTheField(String text) {
        assertThatThrownBy(() -> read("trustedProxies: ['" + text + "']"))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("limits.trustedProxies: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        ip: {requests: -1}         | limits.ip.requests
        ip: {events: 1}            | limits.ip.events
        subject: {bytes: lots}     | limits.subject.bytes
        subject: {events: 1.5}     | limits.subject.events
        tenant: {rate: 1}          | limits.tenant.rate
        importer: {requests: x}    | limits.importer.requests
        period: soon               | limits.period
        period: 1ms                | limits.period
        maxTracked: 0              | limits.maxTracked
        nonsense: 1                | limits.nonsense
        """)
    void badValuesNameTheirField(String yaml, String field) {
        assertThatThrownBy(() -> read(yaml)).isInstanceOf(ConfigException.class).hasMessageStartingWith(field + ": ");
    }

    @Test
    void theDefaultIsAHundredRequestsAMinuteForAnAddress() {
        assertThat(read("{}")).isEqualTo(LimitsConfig.DEFAULT);
        assertThat(LimitsConfig.DEFAULT.ipRequests()).isEqualTo(100);
    }

    private static LimitsConfig read(String yaml) {
        YamlSection root = YamlSection.parse(new StringReader("limits:\n  " + yaml));
        return LimitsConfig.read(root.section("limits"));
    }
}
