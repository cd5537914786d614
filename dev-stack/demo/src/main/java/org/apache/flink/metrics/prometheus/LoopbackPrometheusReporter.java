package org.apache.flink.metrics.prometheus;

import io.prometheus.client.exporter.HTTPServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * {@code GET /metrics} on 127.0.0.1. Flink's own reporter listens on every address and has no option for it; it is in Flink's
 * package because the registry that it serves is visible only there.
 */
public final class LoopbackPrometheusReporter extends AbstractPrometheusReporter {

    private final HTTPServer server;

    public LoopbackPrometheusReporter(int port) {
        try {
            server = new HTTPServer(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), registry, true);
        } catch (IOException e) {
            throw new UncheckedIOException("The port of Flink's metrics, " + port + ", is taken", e);
        }
    }

    @Override
    public void close() {
        server.stop();
        super.close();
    }
}
