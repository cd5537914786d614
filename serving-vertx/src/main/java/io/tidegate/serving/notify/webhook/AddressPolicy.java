package io.tidegate.serving.notify.webhook;

import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.Network;
import io.tidegate.serving.config.YamlSection;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where the notifier may connect to when a user says where: public addresses only, HTTPS, few ports. Without it a webhook would be a
 * way into the network that the notifier runs in (SSRF).
 *
 * @param allowHttp also takes {@code http:} URLs; default false
 * @param ports default 443 and 8443
 * @param allowNetworks may be connected to though they aren't public: for webhooks on one's own premises, and for tests
 */
public record AddressPolicy(boolean allowHttp, Set<Integer> ports, List<Network> allowNetworks) {

    public static final AddressPolicy DEFAULT = new AddressPolicy(false, Set.of(443, 8443), List.of());

    static final int MAX_URL_LENGTH = 2048;

    private static final String IPV4 = "((0|[1-9][0-9]{0,2})\\.){3}(0|[1-9][0-9]{0,2})";

    /** IANA's registries of special-purpose addresses, and multicast. */
    private static final List<Network> FORBIDDEN_V4 = networks(
            "0.0.0.0/8", // this network
            "10.0.0.0/8",
            "100.64.0.0/10", // carrier-grade NAT
            "127.0.0.0/8",
            "169.254.0.0/16", // link-local, and the metadata services of clouds
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // 6to4 relays
            "192.168.0.0/16",
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4"); // reserved, broadcast

    /** Only global unicast is public. It leaves out loopback, link-local, ULA, multicast, and everything that embeds IPv4. */
    private static final Network GLOBAL_V6 = Network.parse("2000::/3");

    private static final List<Network> FORBIDDEN_V6 = networks(
            "2001::/23", // protocol assignments, among them Teredo
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4: embeds IPv4
            "3fff::/20"); // documentation

    public AddressPolicy {
        ports = Set.copyOf(ports);
        allowNetworks = List.copyOf(allowNetworks);
    }

    /** Reads {@code allowHttp}, {@code ports}, {@code allowNetworks}; the caller finishes the section. */
    public static AddressPolicy read(YamlSection yaml) {
        Set<Integer> ports = new TreeSet<>();
        for (String text : yaml.texts("ports", List.of("443", "8443"))) {
            if (!text.matches("\\d{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > 65_535) {
                throw new ConfigException(yaml.name("ports"), "must be ports from 1 to 65535 (was '" + text + "')");
            }
            ports.add(Integer.parseInt(text));
        }
        List<Network> networks;
        try {
            networks = yaml.texts("allowNetworks", List.of()).stream()
                    .map(Network::parse)
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new ConfigException(yaml.name("allowNetworks"), e.getMessage(), e);
        }
        return new AddressPolicy(yaml.flag("allowHttp", false), ports, networks);
    }

    /**
     * What is wrong with a URL as such, before its name is resolved; empty if nothing is. Literal addresses are checked here, so that
     * a user hears of it when the webhook is made.
     */
    public Optional<String> problem(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return Optional.of("must be a URL");
        }
        String scheme = uri.getScheme();
        if (url.length() > MAX_URL_LENGTH) {
            return Optional.of("must have at most " + MAX_URL_LENGTH + " characters");
        }
        if (!"https".equalsIgnoreCase(scheme) && !("http".equalsIgnoreCase(scheme) && allowHttp)) {
            return Optional.of("must begin with https://");
        }
        if (uri.getHost() == null || uri.getHost().isEmpty() || uri.getHost().contains("%")) {
            return Optional.of("must have a host name");
        }
        if (isDisguisedNumber(host(uri))) {
            return Optional.of("must have a host name, or an address in its usual form");
        }
        if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            return Optional.of("must have no user information and no fragment");
        }
        if (!ports.contains(port(uri))) {
            return Optional.of("must use one of the ports " + new TreeSet<>(ports));
        }
        return literal(host(uri))
                .filter(address -> !allows(address))
                .map(address -> "must not point to an address that isn't public");
    }

    /** Whether this very address may be connected to. */
    public boolean allows(InetAddress address) {
        byte[] bytes = address.getAddress();
        return allowNetworks.stream().anyMatch(network -> network.contains(bytes)) || isPublic(bytes);
    }

    private static boolean isPublic(byte[] address) {
        if (address.length == 4) {
            return FORBIDDEN_V4.stream().noneMatch(network -> network.contains(address));
        }
        return GLOBAL_V6.contains(address) && FORBIDDEN_V6.stream().noneMatch(network -> network.contains(address));
    }

    static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    /** Without the brackets of an IPv6 literal. */
    static String host(URI uri) {
        String host = uri.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Hexadecimal, octal, a single number: forms that one resolver reads as an address and another doesn't. */
    private static boolean isDisguisedNumber(String host) {
        return host.indexOf(':') < 0 && host.matches("(.*\\.)?(0[xX][0-9a-fA-F]*|[0-9]+)\\.?") && !host.matches(IPV4);
    }

    private static Optional<InetAddress> literal(String host) {
        if (host.indexOf(':') < 0 && !host.matches(IPV4)) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(host));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static List<Network> networks(String... texts) {
        return Arrays.stream(texts).map(Network::parse).toList();
    }
}
