package io.tidegate.serving.notify;

import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.config.YamlSection;
import io.tidegate.serving.notify.email.EmailConfig;
import io.tidegate.serving.notify.webhook.AddressPolicy;
import io.tidegate.serving.notify.webhook.OutboundHttp;
import io.tidegate.serving.notify.webpush.WebPushConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The notifier's configuration, validated. Read from a YAML file; relative paths are relative to that file. Required: {@code
 * kafka.bootstrapServers} and {@code settings.keyFile}. An unknown key or a bad value is a {@link ConfigException} that names the
 * field.
 *
 * @param ops health and metrics; default 127.0.0.1:8087
 * @param settingsKeyFile {@code settings.keyFile}: what topic notifier.settings is encrypted with; the gateways have the same
 * @param email empty: no e-mail
 * @param webPush empty: no web push
 */
public record NotifierConfig(
        GatewayConfig.Ops ops,
        Kafka kafka,
        Path settingsKeyFile,
        OutboundHttp.Options outbound,
        RetryPolicy retry,
        Dispatcher.Limits limits,
        Optional<EmailConfig> email,
        Optional<WebPushConfig> webPush) {

    /**
     * @param group notifiers of one group share the work; default tidegate-notifier
     * @param startBack how far back a new group begins; default 5m
     * @param maxNoticeAge older alerts and notifications aren't sent; default 1d
     */
    public record Kafka(String bootstrapServers, String group, Duration startBack, Duration maxNoticeAge) {}

    /**
     * Reads a file.
     *
     * @throws ConfigException naming the first field that is wrong
     */
    public static NotifierConfig load(Path file) {
        try (Reader reader = Files.newBufferedReader(file)) {
            return read(YamlSection.parse(reader), file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new ConfigException(
                    "--config", "cannot read " + file + " (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    static NotifierConfig read(YamlSection root, Path directory) {
        YamlSection settings = root.section("settings");
        Path keyFile = directory.resolve(settings.requiredText("keyFile"));
        settings.finish();
        NotifierConfig config = new NotifierConfig(
                ops(root.section("ops")),
                kafka(root.section("kafka")),
                keyFile,
                outbound(root.section("outbound"), directory),
                retry(root.section("retry")),
                limits(root.section("limits")),
                EmailConfig.read(root.section("email"), directory),
                WebPushConfig.read(root.section("webPush"), directory));
        root.finish();
        return config;
    }

    private static GatewayConfig.Ops ops(YamlSection yaml) {
        GatewayConfig.Ops ops = new GatewayConfig.Ops(yaml.text("host", "127.0.0.1"), yaml.port("port", 8087));
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
        Duration day = Duration.ofDays(1);
        Kafka kafka = new Kafka(
                servers,
                yaml.text("group", "tidegate-notifier"),
                yaml.duration("startBack", Duration.ofMinutes(5), Duration.ZERO, day.multipliedBy(30)),
                yaml.duration("maxNoticeAge", day, Duration.ofSeconds(1), day.multipliedBy(36_500)));
        yaml.finish();
        return kafka;
    }

    private static OutboundHttp.Options outbound(YamlSection yaml, Path directory) {
        OutboundHttp.Options outbound = new OutboundHttp.Options(
                AddressPolicy.read(yaml),
                yaml.duration("timeout", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofMinutes(2)),
                yaml.duration("connectTimeout", Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofMinutes(1)),
                yaml.size("maxResponse", DataSize.ofKibibytes(64), DataSize.ofKibibytes(1), DataSize.ofMebibytes(16))
                        .intBytes(),
                yaml.integer("connectionsPerTarget", 4, 1, 64),
                yaml.text("trustCertFile").map(directory::resolve));
        outbound.trustCertFile().ifPresent(file -> {
            if (!Files.isReadable(file)) {
                throw new ConfigException(yaml.name("trustCertFile"), "cannot read " + file);
            }
        });
        yaml.finish();
        return outbound;
    }

    private static RetryPolicy retry(YamlSection yaml) {
        RetryPolicy defaults = RetryPolicy.DEFAULT;
        RetryPolicy retry = new RetryPolicy(
                yaml.integer("attempts", defaults.attempts(), 1, 100),
                yaml.duration("initial", defaults.initial(), Duration.ofMillis(10), Duration.ofHours(1)),
                yaml.duration("max", defaults.max(), Duration.ofMillis(10), Duration.ofDays(1)),
                yaml.duration("giveUpAfter", defaults.giveUpAfter(), Duration.ofSeconds(1), Duration.ofDays(30)));
        yaml.finish();
        return retry;
    }

    private static Dispatcher.Limits limits(YamlSection yaml) {
        Dispatcher.Limits defaults = Dispatcher.Limits.DEFAULT;
        Dispatcher.Limits limits = new Dispatcher.Limits(
                yaml.integer("perTarget", defaults.concurrency(), 1, 64),
                yaml.integer("inFlight", defaults.inFlight(), 1, 4096),
                yaml.integer("maxPending", defaults.maxPending(), 1, 1_000_000));
        yaml.finish();
        return limits;
    }
}
