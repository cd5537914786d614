package io.tidegate.serving.limits;

import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.config.Network;
import io.tidegate.serving.config.YamlSection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Section {@code limits}. Each number is for one period, of this instance; 0 switches that limit off.
 *
 * @param period what the numbers are for; default 1m, 1s to 1h. They refill evenly, so a burst may use a whole period's worth
 * @param ipRequests {@code ip.requests}: requests per IPv4 address or IPv6 /64; default 100
 * @param subject {@code subject.requests}, {@code .events}, {@code .bytes}: per {@code sub} of the token; default 6000, 600000,
 *     256MiB
 * @param importer {@code importer.…}: the same for tokens with role importer, whose requests the address isn't charged for; default
 *     all off
 * @param tenant {@code tenant.…}: per {@code tenant} of the token, together; default 60000, 6000000, 1GiB
 * @param trustedProxies networks whose {@code X-Forwarded-For} is believed; default none
 * @param maxTracked addresses, and as many subjects and tenants, that are remembered at a time; default 50000, 1000 to 10000000
 */
public record LimitsConfig(
        Duration period,
        int ipRequests,
        Quota subject,
        Quota importer,
        Quota tenant,
        List<Network> trustedProxies,
        int maxTracked) {

    /** A bucket gives at most one token a nanosecond, which bounds everything else. */
    private static final int MAX = 2_000_000_000;

    /**
     * What one period gives.
     *
     * @param requests 0: not limited
     * @param events 0: not limited
     * @param bytes zero bytes: not limited
     */
    public record Quota(int requests, int events, DataSize bytes) {

        public static final Quota NONE = new Quota(0, 0, new DataSize(0));
    }

    public static final LimitsConfig DEFAULT = new LimitsConfig(
            Duration.ofMinutes(1),
            100,
            new Quota(6_000, 600_000, DataSize.ofMebibytes(256)),
            Quota.NONE,
            new Quota(60_000, 6_000_000, DataSize.ofMebibytes(1024)),
            List.of(),
            50_000);

    /** Nothing is limited, nobody is trusted. */
    public static final LimitsConfig OFF =
            new LimitsConfig(Duration.ofMinutes(1), 0, Quota.NONE, Quota.NONE, Quota.NONE, List.of(), 1_000);

    /**
     * @throws ConfigException naming the first field that is wrong
     */
    public static LimitsConfig read(YamlSection yaml) {
        YamlSection ip = yaml.section("ip");
        Duration period = yaml.duration("period", DEFAULT.period(), Duration.ofSeconds(1), Duration.ofHours(1));
        int max = (int) Math.min(MAX, period.toNanos());
        DataSize maxBytes = new DataSize(period.toNanos());
        LimitsConfig limits = new LimitsConfig(
                period,
                ip.integer("requests", DEFAULT.ipRequests(), 0, max),
                quota(yaml.section("subject"), DEFAULT.subject(), max, maxBytes),
                quota(yaml.section("importer"), DEFAULT.importer(), max, maxBytes),
                quota(yaml.section("tenant"), DEFAULT.tenant(), max, maxBytes),
                networks(yaml),
                yaml.integer("maxTracked", DEFAULT.maxTracked(), 1_000, 10_000_000));
        ip.finish();
        yaml.finish();
        return limits;
    }

    private static Quota quota(YamlSection yaml, Quota defaults, int max, DataSize maxBytes) {
        Quota quota = new Quota(
                yaml.integer("requests", Math.min(defaults.requests(), max), 0, max),
                yaml.integer("events", Math.min(defaults.events(), max), 0, max),
                yaml.size("bytes", smaller(defaults.bytes(), maxBytes), new DataSize(0), maxBytes));
        yaml.finish();
        return quota;
    }

    private static DataSize smaller(DataSize a, DataSize b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static List<Network> networks(YamlSection yaml) {
        List<Network> networks = new ArrayList<>();
        for (String text : yaml.texts("trustedProxies", List.of())) {
            try {
                networks.add(Network.parse(text));
            } catch (IllegalArgumentException e) {
                throw new ConfigException(yaml.name("trustedProxies"), e.getMessage(), e);
            }
        }
        return List.copyOf(networks);
    }
}
