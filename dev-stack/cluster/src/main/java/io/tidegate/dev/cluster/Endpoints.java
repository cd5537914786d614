package io.tidegate.dev.cluster;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Where to reach a cluster.
 *
 * @param kafka bootstrap servers
 * @param gateway nginx, over HTTP: API, WebSocket, console
 * @param grpc nginx, {@code host:port}
 * @param gateways each of them, over HTTP, past nginx
 * @param flink REST and web UI of every JobManager
 * @param clickhouse the engines, one per shard
 * @param prometheus where it is monitored
 * @param alertmanager likewise
 */
public record Endpoints(
        String kafka,
        URI gateway,
        String grpc,
        List<URI> gateways,
        List<URI> flink,
        List<URI> clickhouse,
        Optional<URI> prometheus,
        Optional<URI> alertmanager) {

    static Endpoints of(ClusterState state) {
        return new Endpoints(
                state.kafka(),
                URI.create(state.gateway()),
                state.grpc(),
                state.gateways().stream().map(URI::create).toList(),
                state.flink().stream().map(URI::create).toList(),
                state.clickhouse().stream().map(URI::create).toList(),
                http(state, MonitoringRoles.PROMETHEUS),
                http(state, MonitoringRoles.ALERTMANAGER));
    }

    private static Optional<URI> http(ClusterState state, String role) {
        return state.role(role).map(there -> URI.create("http://" + ClusterPorts.HOST + ":" + there.port()));
    }
}
