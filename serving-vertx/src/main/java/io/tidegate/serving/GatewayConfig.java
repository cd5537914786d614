package io.tidegate.serving;

import io.tidegate.serving.auth.JwksConfig;
import io.tidegate.serving.completeness.CompletenessConfig;
import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.config.YamlSection;
import io.tidegate.serving.limits.LimitsConfig;
import io.tidegate.serving.notify.settings.NotifyConfig;
import io.tidegate.serving.push.PushConfig;
import io.tidegate.serving.query.QueryConfig;
import io.tidegate.serving.rules.RulesConfig;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The gateway's configuration, validated. Read from a YAML file; relative paths are relative to that file.
 *
 * <p>Required: {@code kafka.bootstrapServers}, {@code clickhouse.url}, {@code auth.issuer}, {@code auth.audience} and a key
 * ({@code auth.publicKeyFile}, or {@code auth.secretFile} with {@code auth.algorithm: HS256}). Everything else has the default
 * stated on its record component. An unknown key or a bad value is a {@link ConfigException} that names the field.
 */
public record GatewayConfig(
        Http http,
        Grpc grpc,
        Ops ops,
        Kafka kafka,
        ClickHouse clickhouse,
        Auth auth,
        Ingest ingest,
        PushConfig push,
        NotifyConfig notifier,
        LimitsConfig limits,
        RulesConfig rules,
        QueryConfig query,
        CompletenessConfig completeness,
        Console console,
        Shutdown shutdown) {

    /**
     * The public HTTP API and WebSocket.
     *
     * @param host address to listen on; default 127.0.0.1
     * @param port default 8080; 0 lets the system choose
     * @param instances event loops that serve; default 0: one per core
     * @param headerTimeout longest time for the head of a connection's first request, then 408; default 10s, 100ms to 10m
     * @param bodyTimeout longest time for a request's body, then 408; default 60s, 100ms to 1h. Ingest has its own
     * @param idleTimeout how long a connection may stay without a request; default 75s, 100ms to 1h
     * @param allowedOrigins pages of other origins that may call the API, as browsers write them; default none
     */
    public record Http(
            String host,
            int port,
            int instances,
            Duration headerTimeout,
            Duration bodyTimeout,
            Duration idleTimeout,
            Set<String> allowedOrigins) {

        /** With the defaults for the rest. */
        public Http(String host, int port, int instances) {
            this(
                    host,
                    port,
                    instances,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(75),
                    Set.of());
        }
    }

    /**
     * The public gRPC server. Its messages are bounded by {@code ingest.maxBodySize}, as bodies are.
     *
     * @param host default 127.0.0.1
     * @param port default 9090; 0 lets the system choose
     */
    public record Grpc(String host, int port) {}

    /**
     * Health and metrics, on a port of their own so that they never face the internet.
     *
     * @param host default 127.0.0.1
     * @param port default 8085; 0 lets the system choose
     */
    public record Ops(String host, int port) {}

    /**
     * @param bootstrapServers {@code host:port[,host:port…]}; required
     * @param deliveryTimeout longest wait for acks=all before a client gets 503; default 10s, 1s to 10m
     * @param linger how long the producer waits to fill a batch; default 5ms, 0ms to 1s
     * @param tickInterval between two ticks on each partition of topic events; default 100ms, 10ms to 10s
     */
    public record Kafka(String bootstrapServers, Duration deliveryTimeout, Duration linger, Duration tickInterval) {}

    /**
     * @param url {@code http[s]://host:port} of the first shard
     * @param shards one address each, from {@code url}: {@code URL[,URL…]}, which all are asked; of replicas, {@code URL|URL}, the
     *     first. One address if it is a proxy before Distributed tables
     * @param database default tidegate
     * @param user default default
     * @param password default empty
     * @param queryTimeout default 10s, 100ms to 10m
     * @param poolSize queries at a time on each shard; default 4, 1 to 256
     */
    public record ClickHouse(
            URI url,
            List<URI> shards,
            String database,
            String user,
            String password,
            Duration queryTimeout,
            int poolSize) {

        /** One shard. */
        public ClickHouse(URI url, String database, String user, String password, Duration queryTimeout, int poolSize) {
            this(url, List.of(url), database, user, password, queryTimeout, poolSize);
        }

        /** This shard alone. */
        public ClickHouse at(URI shard) {
            return new ClickHouse(shard, database, user, password, queryTimeout, poolSize);
        }

        @Override
        public String toString() {
            return "ClickHouse[url=" + url + ", database=" + database + ", user=" + user + "]";
        }
    }

    /** What tokens are signed with. The algorithm is bound to the key: a token that names another is refused. */
    public enum Algorithm {
        ES256,
        RS256,
        HS256
    }

    /**
     * @param algorithm default ES256; HS256 only together with {@code secretFile}
     * @param keyFile from {@code publicKeyFile} (PEM, SubjectPublicKeyInfo) or {@code secretFile} (at least 32 bytes)
     * @param keyId the key's {@code kid}; a token that names another is refused, and so is any {@code kid} while this isn't set
     * @param jwks instead of {@code keyFile}: where the keys are published. Each key is bound to the algorithm of its type, ES256
     *     or RS256; {@code algorithm} is not given then
     * @param issuer the token's {@code iss}; required
     * @param audience must be among the token's {@code aud}; required
     */
    public record Auth(
            Algorithm algorithm,
            Optional<Path> keyFile,
            Optional<String> keyId,
            Optional<JwksConfig> jwks,
            String issuer,
            String audience) {

        /** With a key in a file. */
        public Auth(Algorithm algorithm, Path keyFile, Optional<String> keyId, String issuer, String audience) {
            this(algorithm, Optional.of(keyFile), keyId, Optional.empty(), issuer, audience);
        }
    }

    /**
     * @param maxBodySize as sent, before inflating; default 5MiB
     * @param maxInflatedSize of a gzip body; default 20MiB
     * @param maxBatch events in one request; default 10000, 1 to 1000000
     * @param maxAge how far back {@code occurredAt} may lie; default 30d
     * @param maxAhead how far ahead; default 5m
     * @param importerEarliest how far back for role importer; default 2000-01-01T00:00:00Z
     * @param maxInFlight bytes of all requests that wait for Kafka or are being read; above it 503; default 64MiB
     * @param bodyTimeout longest time to send a request's body, then 408; default 30s
     */
    public record Ingest(
            DataSize maxBodySize,
            DataSize maxInflatedSize,
            int maxBatch,
            Duration maxAge,
            Duration maxAhead,
            Instant importerEarliest,
            DataSize maxInFlight,
            Duration bodyTimeout) {}

    /**
     * @param enabled serve the console page at {@code /}; default true
     */
    public record Console(boolean enabled) {}

    /**
     * How the gateway leaves.
     *
     * @param lameDuck between readiness turning false and the ports closing: as long as what watches readiness needs to notice.
     *     Default 0s, for proxies that notice by a refused connection; up to 5m
     * @param drain for requests in flight to finish, and for listeners to be told; default 4s, 100ms to 5m
     */
    public record Shutdown(Duration lameDuck, Duration drain) {

        static final Shutdown DEFAULT = new Shutdown(Duration.ZERO, Duration.ofSeconds(4));
    }

    /**
     * Reads a file.
     *
     * @throws ConfigException naming the first field that is wrong
     */
    public static GatewayConfig load(Path file) {
        try (Reader reader = Files.newBufferedReader(file)) {
            return read(YamlSection.parse(reader), file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new ConfigException(
                    "--config", "cannot read " + file + " (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    static GatewayConfig read(YamlSection root, Path directory) {
        GatewayConfig config = new GatewayConfig(
                http(root.section("http")),
                grpc(root.section("grpc")),
                ops(root.section("ops")),
                kafka(root.section("kafka")),
                clickhouse(root.section("clickhouse")),
                auth(root.section("auth"), directory),
                ingest(root.section("ingest")),
                PushConfig.from(root.section("push")),
                NotifyConfig.read(root.section("notifier"), directory),
                LimitsConfig.read(root.section("limits")),
                RulesConfig.read(root.section("rules"), directory),
                QueryConfig.read(root.section("query")),
                CompletenessConfig.read(root.section("completeness")),
                console(root.section("console")),
                shutdown(root.section("shutdown")));
        root.finish();
        return config;
    }

    private static Http http(YamlSection yaml) {
        Http defaults = new Http("127.0.0.1", 8080, 0);
        Duration least = Duration.ofMillis(100);
        Http http = new Http(
                yaml.text("host", defaults.host()),
                yaml.port("port", defaults.port()),
                yaml.integer("instances", defaults.instances(), 0, 256),
                yaml.duration("headerTimeout", defaults.headerTimeout(), least, Duration.ofMinutes(10)),
                yaml.duration("bodyTimeout", defaults.bodyTimeout(), least, Duration.ofHours(1)),
                yaml.duration("idleTimeout", defaults.idleTimeout(), least, Duration.ofHours(1)),
                Set.copyOf(yaml.texts("allowedOrigins", List.of())));
        for (String origin : http.allowedOrigins()) {
            if (!origin.matches("https?://[a-z0-9.-]+(:\\d{1,5})?")) {
                throw new ConfigException(
                        yaml.name("allowedOrigins"),
                        "must be origins such as https://console.example (was '" + origin + "')");
            }
        }
        yaml.finish();
        return http;
    }

    private static Grpc grpc(YamlSection yaml) {
        Grpc grpc = new Grpc(yaml.text("host", "127.0.0.1"), yaml.port("port", 9090));
        yaml.finish();
        return grpc;
    }

    private static Ops ops(YamlSection yaml) {
        Ops ops = new Ops(yaml.text("host", "127.0.0.1"), yaml.port("port", 8085));
        yaml.finish();
        return ops;
    }

    private static Kafka kafka(YamlSection yaml) {
        String servers = yaml.requiredText("bootstrapServers");
        for (String server : servers.split(",", -1)) {
            if (!server.trim().matches("[^\\s:]+:\\d{1,5}|\\[[0-9a-fA-F:]+]:\\d{1,5}")) {
                throw new ConfigException(
                        yaml.name("bootstrapServers"), "must be host:port[,host:port…] (was '" + servers + "')");
            }
        }
        Kafka kafka = new Kafka(
                servers,
                yaml.duration("deliveryTimeout", Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofMinutes(10)),
                yaml.duration("linger", Duration.ofMillis(5), Duration.ZERO, Duration.ofSeconds(1)),
                yaml.duration("tickInterval", Duration.ofMillis(100), Duration.ofMillis(10), Duration.ofSeconds(10)));
        yaml.finish();
        if (kafka.linger().compareTo(kafka.deliveryTimeout().dividedBy(2)) > 0) {
            throw new ConfigException(yaml.name("linger"), "must be at most half of kafka.deliveryTimeout");
        }
        return kafka;
    }

    private static ClickHouse clickhouse(YamlSection yaml) {
        List<URI> shards = Arrays.stream(yaml.requiredText("url").split(",", -1))
                .map(shard -> httpUrl(yaml.name("url"), shard.strip().split("\\|")[0]))
                .toList();
        ClickHouse clickhouse = new ClickHouse(
                shards.get(0),
                shards,
                yaml.text("database", "tidegate"),
                yaml.text("user", "default"),
                yaml.text("password", ""),
                yaml.duration("queryTimeout", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofMinutes(10)),
                yaml.integer("poolSize", 4, 1, 256));
        yaml.finish();
        return clickhouse;
    }

    private static URI httpUrl(String field, String text) {
        try {
            URI uri = URI.create(text);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new ConfigException(field, "must be a URL such as http://127.0.0.1:8123 (was '" + text + "')", e);
        }
        throw new ConfigException(field, "must be a URL such as http://127.0.0.1:8123 (was '" + text + "')");
    }

    private static Auth auth(YamlSection yaml, Path directory) {
        Optional<JwksConfig> jwks = JwksConfig.read(yaml.section("jwks"));
        if (jwks.isPresent()) {
            for (String other : List.of("algorithm", "publicKeyFile", "secretFile", "keyId")) {
                if (yaml.text(other).isPresent()) {
                    throw new ConfigException(yaml.name(other), "does not go with auth.jwks: keys bring their own");
                }
            }
            Auth auth = new Auth(
                    Algorithm.ES256,
                    Optional.empty(),
                    Optional.empty(),
                    jwks,
                    yaml.requiredText("issuer"),
                    yaml.requiredText("audience"));
            yaml.finish();
            return auth;
        }
        String name = yaml.text("algorithm", Algorithm.ES256.name());
        Algorithm algorithm = Arrays.stream(Algorithm.values())
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ConfigException(
                        yaml.name("algorithm"), "must be ES256, RS256 or HS256 (was '" + name + "')"));
        Optional<String> publicKey = yaml.text("publicKeyFile");
        Optional<String> secret = yaml.text("secretFile");
        boolean symmetric = algorithm == Algorithm.HS256;
        if (symmetric && publicKey.isPresent()) {
            throw new ConfigException(
                    yaml.name("publicKeyFile"), "does not go with HS256, which needs auth.secretFile");
        }
        if (!symmetric && secret.isPresent()) {
            throw new ConfigException(yaml.name("secretFile"), "is for auth.algorithm HS256 only");
        }
        String keyFile = (symmetric ? secret : publicKey)
                .orElseThrow(() ->
                        new ConfigException(yaml.name(symmetric ? "secretFile" : "publicKeyFile"), "is required"));
        Auth auth = new Auth(
                algorithm,
                directory.resolve(keyFile),
                yaml.text("keyId"),
                yaml.requiredText("issuer"),
                yaml.requiredText("audience"));
        yaml.finish();
        return auth;
    }

    private static Ingest ingest(YamlSection yaml) {
        Duration day = Duration.ofDays(1);
        Ingest ingest = new Ingest(
                yaml.size("maxBodySize", DataSize.ofMebibytes(5), DataSize.ofKibibytes(1), DataSize.ofMebibytes(64)),
                yaml.size(
                        "maxInflatedSize",
                        DataSize.ofMebibytes(20),
                        DataSize.ofKibibytes(1),
                        DataSize.ofMebibytes(256)),
                yaml.integer("maxBatch", 10_000, 1, 1_000_000),
                yaml.duration("maxAge", day.multipliedBy(30), Duration.ofMinutes(1), day.multipliedBy(36_500)),
                yaml.duration("maxAhead", Duration.ofMinutes(5), Duration.ZERO, day),
                yaml.instant("importerEarliest", Instant.parse("2000-01-01T00:00:00Z")),
                yaml.size("maxInFlight", DataSize.ofMebibytes(64), DataSize.ofMebibytes(1), new DataSize(4L << 30)),
                yaml.duration("bodyTimeout", Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ofMinutes(10)));
        yaml.finish();
        if (ingest.maxInFlight().compareTo(ingest.maxBodySize()) < 0) {
            throw new ConfigException(yaml.name("maxInFlight"), "must be at least ingest.maxBodySize");
        }
        return ingest;
    }

    private static Console console(YamlSection yaml) {
        Console console = new Console(yaml.flag("enabled", true));
        yaml.finish();
        return console;
    }

    private static Shutdown shutdown(YamlSection yaml) {
        Duration longest = Duration.ofMinutes(5);
        Shutdown shutdown = new Shutdown(
                yaml.duration("lameDuck", Shutdown.DEFAULT.lameDuck(), Duration.ZERO, longest),
                yaml.duration("drain", Shutdown.DEFAULT.drain(), Duration.ofMillis(100), longest));
        yaml.finish();
        return shutdown;
    }
}
