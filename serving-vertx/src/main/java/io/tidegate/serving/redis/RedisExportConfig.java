package io.tidegate.serving.redis;

import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.YamlSection;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The export's configuration, validated. Read from a YAML file. Required: {@code kafka.bootstrapServers}, {@code redis.host}, {@code
 * redis.password}. An unknown key or a bad value is a {@link ConfigException} that names the field.
 *
 * @param ops health and metrics; default 127.0.0.1:8089
 * @param bootstrapServers {@code kafka.bootstrapServers}
 */
record RedisExportConfig(GatewayConfig.Ops ops, String bootstrapServers, Redis redis) {

    /**
     * @param port default 6379
     * @param tls default false
     * @param user default {@code export}, with the rights of {@code deploy/redis/start}
     * @param checkInterval how often it is asked whether it still has everything; default 1s
     */
    record Redis(String host, int port, boolean tls, String user, String password, Duration checkInterval) {}

    /** @throws ConfigException naming the first field that is wrong */
    static RedisExportConfig load(Path file) {
        try (Reader reader = Files.newBufferedReader(file)) {
            YamlSection root = YamlSection.parse(reader);
            YamlSection ops = root.section("ops");
            YamlSection kafka = root.section("kafka");
            YamlSection redis = root.section("redis");
            RedisExportConfig config = new RedisExportConfig(
                    new GatewayConfig.Ops(ops.text("host", "127.0.0.1"), ops.port("port", 8089)),
                    kafka.requiredText("bootstrapServers"),
                    new Redis(
                            redis.requiredText("host"),
                            redis.port("port", 6379),
                            redis.flag("tls", false),
                            redis.text("user", "export"),
                            redis.requiredText("password"),
                            redis.duration(
                                    "checkInterval",
                                    Duration.ofSeconds(1),
                                    Duration.ofMillis(50),
                                    Duration.ofHours(1))));
            ops.finish();
            kafka.finish();
            redis.finish();
            root.finish();
            return config;
        } catch (IOException e) {
            throw new ConfigException(
                    "--config", "cannot read " + file + " (" + e.getClass().getSimpleName() + ")", e);
        }
    }
}
