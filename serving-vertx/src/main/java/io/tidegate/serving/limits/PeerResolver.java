package io.tidegate.serving.limits;

import io.tidegate.serving.config.Network;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.List;

/**
 * Who a request comes from. Header {@code X-Forwarded-For} is anybody's to write, so it is read only if the connection itself
 * comes from a trusted proxy, and then from its right end: each trusted proxy vouches for the hop to its left, and the first hop
 * that isn't trusted is the client.
 */
public final class PeerResolver {

    private static final String FORWARDED_FOR = "X-Forwarded-For";

    /** More than any chain of one's own proxies; what stands further left was written by strangers anyway. */
    private static final int MAX_HOPS = 16;

    private final List<Network> trusted;

    PeerResolver(List<Network> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    public static PeerResolver of(LimitsConfig config) {
        return new PeerResolver(config.trustedProxies());
    }

    /** Also right for WebSocket handshakes, which are HTTP requests. */
    public PeerAddress resolve(HttpServerRequest request) {
        SocketAddress remote = request.remoteAddress();
        String host = remote == null ? null : remote.hostAddress();
        return resolve(host, request.headers().getAll(FORWARDED_FOR));
    }

    /**
     * @param host literal address of the connection's other end, or null if it has none
     * @param forwardedFor values of {@code X-Forwarded-For} in the order in which they came
     */
    public PeerAddress resolve(String host, List<String> forwardedFor) {
        byte[] peer = host == null ? null : Network.literal(host);
        if (peer == null) {
            return PeerAddress.LOCAL;
        }
        if (trusted.isEmpty() || !isTrusted(peer)) {
            return PeerAddress.of(peer);
        }
        return PeerAddress.of(client(peer, forwardedFor));
    }

    /**
     * @param peer a trusted one
     * @param headers in the order in which they came
     */
    byte[] client(byte[] peer, List<String> headers) {
        byte[] client = peer;
        int hops = 0;
        for (int i = headers.size() - 1; i >= 0; i--) {
            String header = headers.get(i);
            int end = header.length();
            while (end >= 0) {
                int comma = header.lastIndexOf(',', end - 1);
                byte[] hop = hop(header.substring(comma + 1, end).trim());
                // What can't be read came from further out than the last proxy that could be believed.
                if (hop == null || ++hops > MAX_HOPS) {
                    return client;
                }
                client = hop;
                if (!isTrusted(hop)) {
                    return client;
                }
                end = comma;
            }
        }
        return client;
    }

    /** Some proxies add the port: {@code 192.0.2.1:4711}, {@code [2001:db8::1]:4711}. */
    private static byte[] hop(String text) {
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            return close < 0 ? null : Network.literal(text.substring(1, close));
        }
        int colon = text.indexOf(':');
        boolean port = colon > 0 && colon == text.lastIndexOf(':');
        return Network.literal(port ? text.substring(0, colon) : text);
    }

    private boolean isTrusted(byte[] address) {
        for (Network network : trusted) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
