package io.tidegate.dev.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ports of the demo, all on loopback. 0 means any free one, see {@link #withFreeOnes}.
 *
 * @param notifierOps health and metrics of the notifier
 * @param flinkMetrics of the cluster and its jobs, for Prometheus
 * @param kafkaMetrics of the broker, for Prometheus
 */
record Ports(
        int http,
        int grpc,
        int ops,
        int flink,
        int clickhouse,
        int kafka,
        int notifierOps,
        int flinkMetrics,
        int kafkaMetrics) {

    static final String HOST = "127.0.0.1";

    private static final List<String> NAMES = List.of(
            "http", "grpc", "ops", "flink", "clickhouse", "kafka", "notifier-ops", "flink-metrics", "kafka-metrics");

    Ports {
        Map<Integer, String> seen = new HashMap<>();
        byOption(http, grpc, ops, flink, clickhouse, kafka, notifierOps, flinkMetrics, kafkaMetrics)
                .forEach((option, port) -> {
                    if (port < 0 || port > 65_535) {
                        throw new IllegalArgumentException(option + ": a port from 0 to 65535 expected, got " + port);
                    }
                    String other = port == 0 ? null : seen.put(port, option);
                    if (other != null) {
                        throw new IllegalArgumentException(option + ": port " + port + " is the one of " + other);
                    }
                });
    }

    /** The same with a free port in place of every 0. */
    Ports withFreeOnes() {
        List<ServerSocket> held = new ArrayList<>();
        try {
            // Held until all are known, so that no port is handed out twice.
            return new Ports(
                    orFree(http, held),
                    orFree(grpc, held),
                    orFree(ops, held),
                    orFree(flink, held),
                    orFree(clickhouse, held),
                    orFree(kafka, held),
                    orFree(notifierOps, held),
                    orFree(flinkMetrics, held),
                    orFree(kafkaMetrics, held));
        } catch (IOException e) {
            throw new UncheckedIOException("No free port on " + HOST, e);
        } finally {
            for (ServerSocket socket : held) {
                closeQuietly(socket);
            }
        }
    }

    /** One line that names a taken port and its option; empty when all are free. */
    Optional<String> firstTaken() {
        for (Map.Entry<String, Integer> entry : byOption(
                        http, grpc, ops, flink, clickhouse, kafka, notifierOps, flinkMetrics, kafkaMetrics)
                .entrySet()) {
            int port = entry.getValue();
            if (port != 0 && LoopbackPort.isTaken(port)) {
                return Optional.of("Port " + port + " is taken; choose another one with " + entry.getKey());
            }
        }
        return Optional.empty();
    }

    /** In the order of the record. */
    private static Map<String, Integer> byOption(int... values) {
        Map<String, Integer> ports = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            ports.put("--" + NAMES.get(i) + "-port", values[i]);
        }
        return ports;
    }

    private static int orFree(int port, List<ServerSocket> held) throws IOException {
        if (port != 0) {
            return port;
        }
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST));
        held.add(socket);
        return socket.getLocalPort();
    }

    private static void closeQuietly(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("A port that was only looked for can't be released", e);
        }
    }
}
