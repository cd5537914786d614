package io.tidegate.dev.cluster;

import java.net.URI;

/** Where something listens. */
public record HostPort(String host, int port) {

    private static final int MAX_PORT = 65_535;

    public HostPort {
        if (host == null || host.isBlank() || host.contains(":") || host.contains("/")) {
            throw new IllegalArgumentException("host:port expected, got host " + host);
        }
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("host:port: a port from 1 to " + MAX_PORT + " expected, got " + port);
        }
    }

    /** @throws IllegalArgumentException unless the text is {@code host:port} */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || !text.substring(colon + 1).matches("\\d{1,5}")) {
            throw new IllegalArgumentException("host:port expected, got " + text);
        }
        return new HostPort(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    public URI http() {
        return URI.create("http://" + this);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
