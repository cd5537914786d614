package io.tidegate.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.config.YamlSection;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayConfigTest {

    private static final String MINIMAL = """
            kafka: {bootstrapServers: "127.0.0.1:9092"}
            clickhouse: {url: "http://127.0.0.1:8123"}
            auth: {publicKeyFile: public.pem, issuer: tidegate, audience: tidegate}
            """;

    private static GatewayConfig read(String yaml) {
        return GatewayConfig.read(YamlSection.parse(new StringReader(yaml)), Path.of("/etc/tidegate"));
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        GatewayConfig config = read(MINIMAL);

        assertThat(config.http()).isEqualTo(new GatewayConfig.Http("127.0.0.1", 8080, 0));
        assertThat(config.grpc()).isEqualTo(new GatewayConfig.Grpc("127.0.0.1", 9090));
        assertThat(config.ops()).isEqualTo(new GatewayConfig.Ops("127.0.0.1", 8085));
        assertThat(config.kafka())
                .isEqualTo(new GatewayConfig.Kafka(
                        "127.0.0.1:9092", Duration.ofSeconds(10), Duration.ofMillis(5), Duration.ofMillis(100)));
        assertThat(config.clickhouse())
                .isEqualTo(new GatewayConfig.ClickHouse(
                        URI.create("http://127.0.0.1:8123"), "tidegate", "default", "", Duration.ofSeconds(10), 4));
        assertThat(config.auth())
                .isEqualTo(new GatewayConfig.Auth(
                        GatewayConfig.Algorithm.ES256,
                        Path.of("/etc/tidegate/public.pem"),
                        Optional.empty(),
                        "tidegate",
                        "tidegate"));
        assertThat(config.ingest())
                .isEqualTo(new GatewayConfig.Ingest(
                        DataSize.ofMebibytes(5),
                        DataSize.ofMebibytes(20),
                        10_000,
                        Duration.ofDays(30),
                        Duration.ofMinutes(5),
                        Instant.parse("2000-01-01T00:00:00Z"),
                        DataSize.ofMebibytes(64),
                        Duration.ofSeconds(30)));
        assertThat(config.console()).isEqualTo(new GatewayConfig.Console(true));
        assertThat(config.shutdown()).isEqualTo(new GatewayConfig.Shutdown(Duration.ZERO, Duration.ofSeconds(4)));
    }

    @Test
    void everyKeyOfTheDemoIsUnderstood() {
        GatewayConfig config = read("""
                http:  {host: 127.0.0.1, port: 8080}
                grpc:  {host: 127.0.0.1, port: 9090}
                ops:   {host: 127.0.0.1, port: 8085}
                kafka: {bootstrapServers: "127.0.0.1:9092", deliveryTimeout: 10s, linger: 5ms, tickInterval: 100ms}
                clickhouse: {url: "http://127.0.0.1:8123", database: tidegate, user: default, password: "",
                             queryTimeout: 10s, poolSize: 4}
                auth:  {publicKeyFile: public.pem, algorithm: ES256, issuer: tidegate, audience: tidegate}
                ingest: {maxBodySize: 5MiB, maxInflatedSize: 20MiB, maxBatch: 10000, maxAge: 30d, maxAhead: 5m,
                         importerEarliest: "2000-01-01T00:00:00Z"}
                console: {enabled: true}
                """);

        assertThat(config).isEqualTo(read(MINIMAL));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http: {port: 70000}                              | http.port
            http: {port: eighty}                             | http.port
            http: {prot: 8080}                               | http.prot
            http: 8080                                       | http
            httpd: {port: 8080}                              | httpd
            kafka: {deliveryTimeout: 10}                     | kafka.deliveryTimeout
            kafka: {deliveryTimeout: 100ms}                  | kafka.deliveryTimeout
            kafka: {deliveryTimeout: 1s, linger: 1s}         | kafka.linger
            kafka: {bootstrapServers: localhost}             | kafka.bootstrapServers
            kafka: {linger: 1ms, linger: 2ms}                | kafka.linger
            clickhouse: {url: "ftp://host"}                  | clickhouse.url
            clickhouse: {url: "not a url"}                   | clickhouse.url
            clickhouse: {poolSize: 0}                        | clickhouse.poolSize
            auth: {algorithm: none}                          | auth.algorithm
            auth: {algorithm: HS256}                         | auth.publicKeyFile
            auth: {secretFile: secret}                       | auth.secretFile
            auth: {issuer: ""}                               | auth.issuer
            ingest: {maxBodySize: 5MB}                       | ingest.maxBodySize
            ingest: {maxBatch: 0}                            | ingest.maxBatch
            ingest: {importerEarliest: "1999"}               | ingest.importerEarliest
            ingest: {maxBodySize: 2MiB, maxInFlight: 1MiB}   | ingest.maxInFlight
            console: {enabled: yes please}                   | console.enabled
            console: {enabled: [true]}                       | console.enabled
            """)
    void whatIsWrongIsNamedByItsFullName(String override, String field) {
        assertThatThrownBy(() -> read(merge(override)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(field + ":")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "kafka, kafka.bootstrapServers",
        "clickhouse, clickhouse.url",
        "auth, auth.publicKeyFile",
    })
    void whatIsRequiredIsAskedFor(String section, String field) {
        String without = MINIMAL.replaceAll("(?m)^" + section + ":.*$", "");

        assertThatThrownBy(() -> read(without))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(field + ": is required");
    }

    @Test
    void brokenYamlIsOneLine() {
        assertThatThrownBy(() -> read("http: {port: 1"))
                .isInstanceOf(ConfigException.class)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aFileThatIsNotThereIsNamed(@TempDir Path directory) {
        assertThatThrownBy(() -> GatewayConfig.load(directory.resolve("absent.yaml")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("absent.yaml");
    }

    @Test
    void pathsAreRelativeToTheFile(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("gateway.yaml"), MINIMAL);

        assertThat(GatewayConfig.load(file).auth().keyFile().orElseThrow()).isEqualTo(directory.resolve("public.pem"));
    }

    @Test
    void thePasswordIsNotPrinted() {
        GatewayConfig config = read(MINIMAL.replace("8123\"}", "8123\", password: hunter2}"));

        assertThat(config.clickhouse().password()).isEqualTo("hunter2");
        assertThat(config.toString()).doesNotContain("hunter2");
    }

    /** The minimal file with the keys of one section set differently. */
    private static String merge(String override) {
        String section = override.substring(0, override.indexOf(':'));
        String minimal = MINIMAL.lines()
                .filter(line -> line.startsWith(section + ":"))
                .findFirst()
                .orElse("");
        String rest = minimal.isEmpty() ? MINIMAL : MINIMAL.replace(minimal + "\n", "");
        if (minimal.isEmpty() || !override.contains("{")) {
            return rest + override + "\n";
        }
        // What the override sets wins; what it doesn't set is kept.
        StringBuilder kept = new StringBuilder();
        for (String entry : minimal.substring(minimal.indexOf('{') + 1, minimal.lastIndexOf('}'))
                .split(", ")) {
            String key = entry.substring(0, entry.indexOf(':'));
            if (!override.contains(key + ":")) {
                kept.append(", ").append(entry);
            }
        }
        return rest + override.substring(0, override.lastIndexOf('}')) + kept + "}\n";
    }
}
