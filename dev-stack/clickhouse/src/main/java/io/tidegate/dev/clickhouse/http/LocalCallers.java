package io.tidegate.dev.clickhouse.http;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/**
 * Keeps web pages out. There is no password, and a page of any origin can make a browser post to a port of the loopback
 * interface, directly or through a name of its own that it lets point there.
 */
final class LocalCallers {

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?::1]?");

    private final boolean boundToLoopback;

    LocalCallers(InetAddress bound) {
        this.boundToLoopback = bound.isLoopbackAddress();
    }

    /**
     * @param host header, null when missing
     * @param origin header, which browsers send with what pages ask for; null when missing
     */
    boolean admit(String host, String origin) {
        if (boundToLoopback && host != null && !isLoopback("http://" + host)) {
            return false;
        }
        return origin == null || isLoopback(origin);
    }

    private static boolean isLoopback(String uri) {
        try {
            String host = new URI(uri).getHost();
            return host != null && LOOPBACK.matcher(host).matches();
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
