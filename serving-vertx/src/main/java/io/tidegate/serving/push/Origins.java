package io.tidegate.serving.push;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/**
 * Which pages may connect. A browser always tells the origin of the page, and a WebSocket isn't held back by the same-origin
 * policy, so this check is what keeps a foreign page out. Programs send no Origin and are let through: they need a token
 * anyway.
 */
final class Origins {

    private Origins() {}

    /**
     * @param origin header Origin; null where there is none
     * @param host header Host: the page of this very gateway is allowed
     * @param allowed origins in full, as browsers write them
     */
    static boolean isAllowed(String origin, String host, Set<String> allowed) {
        if (origin == null) {
            return true;
        }
        if (allowed.contains(origin)) {
            return true;
        }
        // "null" is what a sandboxed frame or a local file sends.
        if (host == null || origin.equals("null")) {
            return false;
        }
        try {
            URI uri = new URI(origin);
            if (uri.getHost() == null || uri.getUserInfo() != null) {
                return false;
            }
            int standardPort = "https".equals(uri.getScheme()) ? 443 : "http".equals(uri.getScheme()) ? 80 : -1;
            int port = uri.getPort() == -1 ? standardPort : uri.getPort();
            String bare = uri.getHost().toLowerCase(Locale.ROOT);
            String wanted = host.toLowerCase(Locale.ROOT);
            return standardPort != -1
                    && (wanted.equals(bare + ":" + port) || port == standardPort && wanted.equals(bare));
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
