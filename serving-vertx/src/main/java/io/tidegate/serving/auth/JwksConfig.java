package io.tidegate.serving.auth;

import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.YamlSection;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Section {@code auth.jwks}: keys that the issuer publishes as a JSON Web Key Set (RFC 7517).
 *
 * @param url where; https, or http on this machine. Redirects aren't followed
 * @param refreshInterval between two looks; default 5m, 1s to 1d
 * @param unknownKeyInterval shortest time between two looks that tokens with an unknown key id cause; default 30s, 1s to 1h
 * @param rotationGrace how long a key is still taken after it isn't published any more; default 10m, 0ms to 7d
 * @param timeout of one look; default 5s, 100ms to 1m
 */
public record JwksConfig(
        URI url, Duration refreshInterval, Duration unknownKeyInterval, Duration rotationGrace, Duration timeout) {

    /**
     * @return empty if the section is absent
     * @throws ConfigException naming the first field that is wrong
     */
    public static Optional<JwksConfig> read(YamlSection yaml) {
        Optional<String> url = yaml.text("url");
        Duration second = Duration.ofSeconds(1);
        Optional<JwksConfig> config = url.map(text -> new JwksConfig(
                url(yaml.name("url"), text),
                yaml.duration("refreshInterval", Duration.ofMinutes(5), second, Duration.ofDays(1)),
                yaml.duration("unknownKeyInterval", Duration.ofSeconds(30), second, Duration.ofHours(1)),
                yaml.duration("rotationGrace", Duration.ofMinutes(10), Duration.ZERO, Duration.ofDays(7)),
                yaml.duration("timeout", Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofMinutes(1))));
        yaml.finish();
        return config;
    }

    private static URI url(String field, String text) {
        String problem = "must be an https URL, or http on a loopback address (was '" + text + "')";
        try {
            URI url = URI.create(text);
            if (url.getHost() == null || url.getUserInfo() != null || url.getFragment() != null) {
                throw new ConfigException(field, problem);
            }
            boolean here = url.getHost().equals("localhost")
                    || url.getHost().equals("[::1]")
                    || url.getHost().matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
            if ("https".equals(url.getScheme()) || "http".equals(url.getScheme()) && here) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            throw new ConfigException(field, problem, e);
        }
        throw new ConfigException(field, problem);
    }
}
