package io.tidegate.serving.notify;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.notify.email.EmailSender;
import io.tidegate.serving.notify.settings.Settings;
import io.tidegate.serving.notify.settings.SettingsCipher;
import io.tidegate.serving.notify.settings.SettingsTopic;
import io.tidegate.serving.notify.webhook.OutboundHttp;
import io.tidegate.serving.notify.webhook.WebhookSender;
import io.tidegate.serving.notify.webpush.WebPushSender;
import io.tidegate.serving.ops.HealthCheck;
import io.tidegate.serving.ops.OpsServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.BindException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notifier, assembled. Starting: the settings are read to their end first, since without them nobody would be notified; then
 * deliveries are claimed and the topics read. Stopping: reading ends, what is out comes back, its fate is written.
 */
public final class Notifier {

    private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);
    private static final Duration DRAIN = Duration.ofSeconds(4);

    private final NotifierConfig config;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Vertx vertx = Vertx.vertx();
    private final SettingsTopic settings;
    private final OutboundHttp http;
    private final Optional<EmailSender> email;
    private final DeliveryLog log;
    private final Dispatcher dispatcher;
    private final Intake intake;
    private final Claims claims;
    private final OpsServer ops;
    private volatile boolean stopping;

    private Notifier(NotifierConfig config, OutboundHttp.Resolver resolver, Clock clock) {
        this.config = config;
        String servers = config.kafka().bootstrapServers();
        String clientId = "notifier-" + ProcessHandle.current().pid();
        SettingsCipher cipher = SettingsCipher.load("settings.keyFile", config.settingsKeyFile());
        this.settings = new SettingsTopic(servers, clientId + "-settings", cipher);
        this.http = new OutboundHttp(vertx, config.outbound(), resolver, clock);
        this.log = deliveryLog(servers, clientId);
        NotifierMetrics metrics = new NotifierMetrics(registry);
        Map<Target.Channel, Sender> senders = new EnumMap<>(Target.Channel.class);
        senders.put(Target.Channel.WEBHOOK, new WebhookSender(vertx, settings, http, clock));
        this.email = config.email().map(smtp -> new EmailSender(vertx, settings.settings(), smtp));
        email.ifPresent(sender -> senders.put(Target.Channel.EMAIL, sender));
        config.webPush()
                .ifPresent(push ->
                        senders.put(Target.Channel.PUSH, new WebPushSender(vertx, settings, http, push, clock)));
        this.dispatcher = new Dispatcher(vertx, clock, senders, log, config.retry(), config.limits(), metrics);
        Planner planner = new Planner(settings.settings(), senders.keySet());
        this.intake = new Intake(
                servers,
                clientId + "-intake",
                config.kafka().group(),
                config.kafka().startBack(),
                config.kafka().maxNoticeAge(),
                planner,
                log,
                clock,
                metrics);
        this.claims = new Claims(servers, clientId + "-claims", config.kafka().group() + "-deliveries", dispatcher);
        this.ops = new OpsServer(config.ops(), List.of(intake, claims, settings), () -> stopping, registry);
    }

    /**
     * Returns when health and metrics can be asked for; the rest waits for Kafka as long as it takes, see {@link #ready()}.
     *
     * @throws ConfigException if a configured file or port is the reason that it can't
     */
    public static Notifier start(NotifierConfig config) {
        return start(config, OutboundHttp.Resolver.system(), Clock.systemUTC());
    }

    static Notifier start(NotifierConfig config, OutboundHttp.Resolver resolver, Clock clock) {
        Notifier notifier = new Notifier(config, resolver, clock);
        try {
            notifier.start();
            return notifier;
        } catch (RuntimeException e) {
            notifier.stop();
            throw e;
        }
    }

    private void start() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new JvmGcMetrics().bindTo(registry);
        try {
            await(vertx.deployVerticle(ops), Duration.ofSeconds(10));
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof BindException) {
                throw new ConfigException(
                        "ops.port",
                        config.ops().host() + ":" + config.ops().port() + " can't be listened on ("
                                + e.getCause().getMessage() + ")",
                        e);
            }
            throw e;
        }
        settings.start();
        settings.caughtUp().onSuccess(read -> {
            if (!stopping) {
                LOG.info(
                        "{} webhooks; reading alerts and notifications",
                        settings.settings().webhooks().size());
                claims.start();
                intake.start();
            }
        });
    }

    /** Blocks until all is let go of, or some seconds have passed. */
    public void stop() {
        stopping = true;
        intake.stop();
        quietly("deliveries that are out", dispatcher.stop());
        // Before the claims are given back, so that whoever gets them reads how these ended.
        log.flush();
        claims.stop();
        log.close();
        quietly("settings", settings.stop(vertx));
        quietly("HTTP", http.close());
        email.ifPresent(sender -> quietly("e-mail", sender.close()));
        quietly("Vert.x", vertx.close());
        registry.close();
    }

    /** True once alerts, notifications and deliveries are being read. */
    public boolean ready() {
        return !stopping
                && List.<HealthCheck>of(intake, claims, settings).stream()
                        .allMatch(check -> check.health().up());
    }

    /** What it knows of webhooks, preferences and push subscriptions. */
    Settings settings() {
        return settings.settings();
    }

    /** As {@code /metrics} answers. */
    String metrics() {
        return registry.scrape();
    }

    public int opsPort() {
        return ops.port();
    }

    private static DeliveryLog deliveryLog(String servers, String clientId) {
        try {
            return new DeliveryLog(servers, clientId + "-log");
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new ConfigException(
                    "kafka.bootstrapServers", "no producer for " + servers + ": " + cause.getMessage(), e);
        }
    }

    private static void quietly(String what, Future<?> future) {
        try {
            await(future, DRAIN);
        } catch (IllegalStateException e) {
            LOG.warn("Stopping {}: {}", what, e.getMessage());
        }
    }

    private static void await(Future<?> future, Duration limit) {
        try {
            future.toCompletionStage().toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(String.valueOf(e.getCause().getMessage()), e.getCause());
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("took longer than " + limit.toSeconds() + " s", e);
        }
    }
}
