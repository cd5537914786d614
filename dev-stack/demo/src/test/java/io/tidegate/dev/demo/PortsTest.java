package io.tidegate.dev.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortsTest {

    @Test
    void aTakenPortIsNamedWithItsOption() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(Ports.HOST))) {
            Ports ports = new Ports(0, 0, 0, taken.getLocalPort(), 0, 0, 0, 0, 0);

            assertThat(ports.firstTaken()).hasValueSatisfying(line -> assertThat(line)
                    .contains(Integer.toString(taken.getLocalPort()))
                    .contains("--flink-port")
                    .doesNotContain("\n"));
        }
    }

    @Test
    void zeroPicksPortsThatAreFreeAndDifferent() {
        Ports ports = new Ports(0, 0, 0, 0, 0, 0, 0, 0, 0).withFreeOnes();

        assertThat(Set.of(
                        ports.http(),
                        ports.grpc(),
                        ports.ops(),
                        ports.flink(),
                        ports.clickhouse(),
                        ports.kafka(),
                        ports.notifierOps(),
                        ports.flinkMetrics(),
                        ports.kafkaMetrics()))
                .hasSize(9)
                .doesNotContain(0);
        assertThat(ports.firstTaken()).isEmpty();
    }

    @Test
    void onePortForTwoPurposesIsRefused() {
        assertThatThrownBy(() -> new Ports(8080, 9090, 8080, 8081, 8123, 9092, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--ops-port")
                .hasMessageContaining("--http-port");
    }

    @Test
    void aNumberThatIsNoPortIsRefusedByTheNameOfItsOption() {
        assertThatThrownBy(() -> new Ports(8080, 9090, 8085, 8081, 8123, 65_536, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--kafka-port");
    }
}
