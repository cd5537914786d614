package io.tidegate.dev.cluster;

import java.net.URI;
import java.util.List;

/**
 * Where to reach a cluster.
 *
 * @param kafka bootstrap servers
 * @param gateway nginx, over HTTP: API, WebSocket, console
 * @param grpc nginx, {@code host:port}
 * @param gateways each of them, over HTTP, past nginx
 * @param flink REST and web UI of every JobManager
 * @param clickhouse the engines, one per shard
 */
public record Endpoints(
        String kafka, URI gateway, String grpc, List<URI> gateways, List<URI> flink, List<URI> clickhouse) {

    static Endpoints of(ClusterState state) {
        return new Endpoints(
                state.kafka(),
                URI.create(state.gateway()),
                state.grpc(),
                state.gateways().stream().map(URI::create).toList(),
                state.flink().stream().map(URI::create).toList(),
                state.clickhouse().stream().map(URI::create).toList());
    }
}
