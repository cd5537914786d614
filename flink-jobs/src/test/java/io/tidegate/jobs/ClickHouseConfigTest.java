package io.tidegate.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClickHouseConfigTest {

    @Test
    void aSingleAddressIsOneShardOfOneReplica() {
        assertThat(ClickHouseConfig.parseShards("http://a:8123"))
                .isEqualTo(List.of(List.of(URI.create("http://a:8123"))));
    }

    @Test
    void commasSeparateShardsAndBarsTheReplicasOfOne() {
        assertThat(ClickHouseConfig.parseShards("http://a1|http://a2, https://b1:8443|http://b2"))
                .isEqualTo(List.of(
                        List.of(URI.create("http://a1"), URI.create("http://a2")),
                        List.of(URI.create("https://b1:8443"), URI.create("http://b2"))));
    }

    @Test
    void whatIsNoAddressIsNamed() {
        for (String bad : List.of("", "http://a,", "http://a||http://b", "a:8123", "ftp://a", "http://a b")) {
            assertThatThrownBy(() -> config(bad))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("clickhouse: ");
        }
    }

    @Test
    void anAddressMayNotStandForTwo() {
        assertThatThrownBy(() -> config("http://a,http://b|http://a"))
                .hasMessage("clickhouse: http://a is named twice");
    }

    private static ClickHouseConfig config(String shards) {
        return new ClickHouseConfig(ClickHouseConfig.parseShards(shards), "tidegate", "default", "", "");
    }
}
