package io.tidegate.dev.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSettingsTest {

    private final ClusterSettings settings = ClusterSettings.of(Path.of("/repository"), Path.of("/data/cluster"));

    @ParameterizedTest
    @ValueSource(ints = {-2, 1, 1023, 65_436, 100_000})
    void aBasePortWithoutRoomForTheOthersIsRefused(int port) {
        assertThatThrownBy(() -> settings.basePort(port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("base-port: 0, or from 1024 to 65435 expected, got " + port);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 201})
    void partitionsHaveLimits(int partitions) {
        assertThatThrownBy(() -> settings.partitions(partitions))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("partitions: from 1 to 200 expected, got " + partitions);
    }

    @Test
    void aDetourToTheStoreNeedsOneAddressPerShard() {
        assertThatThrownBy(() -> settings.storeVia(List.of(new HostPort("127.0.0.1", 9000))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("store-via: one address per shard expected, that is 2, got 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/data/a b", "/data/a\"b", "/data/$HOME", "/data/a;b", "/data/{starts}", "/data/a,b"})
    void aDirectoryThatWouldNeedQuotingSomewhereIsRefused(String directory) {
        assertThatThrownBy(() -> ClusterSettings.of(Path.of("/repository"), Path.of(directory)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("dir: no blanks, quotes or other special characters expected, got ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "9000", "localhost:", ":9000", "localhost:0", "localhost:70000", "localhost:x"})
    void anAddressIsHostAndPort(String text) {
        assertThatThrownBy(() -> HostPort.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("host:port");
    }

    @Test
    void everyPortIsGivenOnceAndInsideTheBlock() {
        Map<String, Integer> ports = ClusterPorts.of(20_000);

        assertThat(ports.values()).doesNotHaveDuplicates().allMatch(port -> port >= 20_000 && port < 20_100);
        assertThat(ports).containsEntry("nginx", 20_000).containsEntry("gateway-2", 20_020);
    }

    @Test
    void aClusterOfBeforeGetsPortsForWhatItDidNotHave() {
        Map<String, Integer> all = ClusterPorts.of(20_000);
        Map<String, Integer> before = new HashMap<>(all);
        before.remove("prometheus");

        assertThat(ClusterPorts.completed(before)).isEqualTo(all);
    }

    @Test
    void whatAClusterHasOnceItKeeps() {
        Additions before = Additions.NONE.withSecurity().withMonitoring(Optional.empty());

        assertThat(Additions.NONE.withRedis().and(before)).isEqualTo(new Additions(true, true, true, Optional.empty()));
    }
}
