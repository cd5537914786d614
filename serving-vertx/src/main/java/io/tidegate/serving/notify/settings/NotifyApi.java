package io.tidegate.serving.notify.settings;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.NotificationPreferences;
import io.tidegate.contracts.v1.NotifierSetting;
import io.tidegate.contracts.v1.PushSubscription;
import io.tidegate.contracts.v1.WebhookSubscription;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.auth.Role;
import io.tidegate.serving.http.JsonBody;
import io.tidegate.serving.http.Problem;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.notify.webpush.VapidKey;
import io.tidegate.serving.ops.HealthCheck;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What users tell the notifier, by the gateway:
 *
 * <ul>
 *   <li>{@code GET|POST /api/v1/webhooks}, {@code GET|DELETE /api/v1/webhooks/{id}}, {@code POST …/{id}/enable}, {@code POST
 *       …/{id}/secret}: role analyst (their own) or admin (all).
 *   <li>{@code GET|PUT /api/v1/users/{userId}/notification-preferences}: that subject, or admin.
 *   <li>{@code GET|POST /api/v1/users/{userId}/push-subscriptions}, {@code DELETE …/{id}}: that subject, or admin.
 *   <li>{@code GET /api/v1/push-key}: any valid token.
 * </ul>
 */
public final class NotifyApi implements RouteModule {

    private static final int MAX_BODY = 64 * 1024;
    private static final int MAX_WEBHOOKS = 20;
    private static final int MAX_PUSH_SUBSCRIPTIONS = 10;
    private static final int SECRET_BYTES = 32;
    private static final int MAX_ID_LENGTH = 128;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final NotifyConfig config;
    private final Optional<SettingsTopic> topic;
    private final Optional<String> vapidKey;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param clientId distinguishes this process on the broker
     */
    public NotifyApi(Vertx vertx, NotifyConfig config, String bootstrapServers, String clientId, Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.clock = clock;
        this.topic = config.keyFile()
                .map(file -> new SettingsTopic(
                        bootstrapServers, clientId + "-notify", SettingsCipher.load("notifier.keyFile", file)));
        this.vapidKey =
                config.vapidPublicKeyFile().map(file -> VapidKey.publicKeyText("notifier.vapidPublicKeyFile", file));
    }

    @Override
    public Future<Void> start() {
        topic.ifPresent(SettingsTopic::start);
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        return topic.map(settings -> settings.stop(vertx)).orElse(Future.succeededFuture());
    }

    @Override
    public List<HealthCheck> healthChecks() {
        return topic.<List<HealthCheck>>map(List::of).orElse(List.of());
    }

    @Override
    public void mount(Router router, Auth auth) {
        Handler<RoutingContext> reader = auth.require(Role.ANALYST, Role.ADMIN);
        router.get("/api/v1/webhooks").handler(reader).handler(checked(this::listWebhooks));
        router.post("/api/v1/webhooks").handler(reader).handler(withBody(this::createWebhook));
        router.get("/api/v1/webhooks/:id").handler(reader).handler(checked(this::getWebhook));
        router.delete("/api/v1/webhooks/:id").handler(reader).handler(checked(this::deleteWebhook));
        router.post("/api/v1/webhooks/:id/enable").handler(reader).handler(checked(this::enableWebhook));
        router.post("/api/v1/webhooks/:id/secret").handler(reader).handler(withBody(this::rotateSecret));
        String preferences = "/api/v1/users/:userId/notification-preferences";
        router.get(preferences).handler(auth.authenticated()).handler(own(checked(this::getPreferences)));
        router.put(preferences).handler(auth.authenticated()).handler(own(withBody(this::putPreferences)));
        String push = "/api/v1/users/:userId/push-subscriptions";
        router.get(push).handler(auth.authenticated()).handler(own(checked(this::listPush)));
        router.post(push).handler(auth.authenticated()).handler(own(withBody(this::createPush)));
        router.delete(push + "/:id").handler(auth.authenticated()).handler(own(checked(this::deletePush)));
        router.get("/api/v1/push-key").handler(auth.authenticated()).handler(this::pushKey);
    }

    private void listWebhooks(RoutingContext context, SettingsTopic settings) {
        Principal principal = Auth.principal(context);
        List<WebhookSubscription> shown = settings.settings().webhooks().stream()
                .filter(webhook -> mayTouch(principal, webhook))
                .sorted(Comparator.comparingLong(WebhookSubscription::getCreatedAtMs)
                        .thenComparing(WebhookSubscription::getWebhookId))
                .toList();
        answerList(context, shown, (json, webhook) -> SettingsJson.write(json, webhook, Optional.empty()));
    }

    private void getWebhook(RoutingContext context, SettingsTopic settings) {
        webhook(context, settings)
                .ifPresent(
                        webhook -> answer(context, 200, json -> SettingsJson.write(json, webhook, Optional.empty())));
    }

    private void createWebhook(RoutingContext context, SettingsTopic settings, JsonFields body) {
        Principal principal = Auth.principal(context);
        WebhookSubscription.Builder given = SettingsJson.webhook(body);
        config.addresses().problem(given.getUrl()).ifPresent(problem -> {
            throw new BadSettingException("url", problem);
        });
        long owned = settings.settings().webhooks().stream()
                .filter(webhook -> webhook.getOwner().equals(principal.sub())
                        && webhook.getTenant().equals(principal.tenant()))
                .count();
        if (owned >= MAX_WEBHOOKS) {
            Problem.of(
                            409,
                            "too_many_webhooks",
                            "One subject may have " + MAX_WEBHOOKS + " webhooks; delete one first.")
                    .send(context.response());
            return;
        }
        WebhookSubscription webhook = given.setWebhookId(UUID.randomUUID().toString())
                .setOwner(principal.sub())
                .setTenant(principal.tenant())
                .setSecret(newSecret())
                .setEnabled(true)
                .setCreatedAtMs(clock.millis())
                .build();
        settings.put(vertx, NotifierSetting.newBuilder().setWebhook(webhook).build())
                .onSuccess(written -> {
                    context.response().putHeader(HttpHeaders.LOCATION, "/api/v1/webhooks/" + webhook.getWebhookId());
                    answer(context, 201, json -> SettingsJson.write(json, webhook, Optional.of(webhook.getSecret())));
                })
                .onFailure(failure -> unavailable(context));
    }

    private String newSecret() {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return "whsec_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    /** After a 410, when the receiver is back. What was given up meanwhile is the operator's to send again. */
    private void enableWebhook(RoutingContext context, SettingsTopic settings) {
        webhook(context, settings)
                .ifPresent(webhook -> put(
                        context,
                        settings,
                        webhook.toBuilder()
                                .setEnabled(true)
                                .clearDisabledReason()
                                .clearDisabledAtMs()
                                .build(),
                        Optional.empty()));
    }

    /** A second rotation within the overlap of the first ends what the first had replaced. */
    private void rotateSecret(RoutingContext context, SettingsTopic settings, JsonFields body) {
        Duration overlap = SettingsJson.overlap(body);
        webhook(context, settings).ifPresent(webhook -> {
            String secret = newSecret();
            put(
                    context,
                    settings,
                    webhook.toBuilder()
                            .setSecret(secret)
                            .setPreviousSecret(overlap.isZero() ? "" : webhook.getSecret())
                            .setPreviousSecretUntilMs(overlap.isZero() ? 0 : clock.millis() + overlap.toMillis())
                            .build(),
                    Optional.of(secret));
        });
    }

    private void put(
            RoutingContext context, SettingsTopic settings, WebhookSubscription webhook, Optional<String> secret) {
        settings.put(vertx, NotifierSetting.newBuilder().setWebhook(webhook).build())
                .onSuccess(written -> answer(context, 200, json -> SettingsJson.write(json, webhook, secret)))
                .onFailure(failure -> unavailable(context));
    }

    private void deleteWebhook(RoutingContext context, SettingsTopic settings) {
        webhook(context, settings)
                .ifPresent(webhook -> delete(context, settings, Settings.webhookKey(webhook.getWebhookId())));
    }

    /** Answers 404 for somebody else's as for none: ids of others aren't told apart from made-up ones. */
    private static Optional<WebhookSubscription> webhook(RoutingContext context, SettingsTopic settings) {
        Principal principal = Auth.principal(context);
        Optional<WebhookSubscription> found =
                settings.settings().webhook(context.pathParam("id")).filter(webhook -> mayTouch(principal, webhook));
        if (found.isEmpty()) {
            notFound(context, "There is no such webhook.");
        }
        return found;
    }

    private static boolean mayTouch(Principal principal, WebhookSubscription webhook) {
        return principal.scope().covers(webhook.getTenant())
                && (principal.has(Role.ADMIN)
                        || webhook.getOwner().equals(principal.sub())
                                && webhook.getTenant().equals(principal.tenant()));
    }

    private void getPreferences(RoutingContext context, SettingsTopic settings) {
        String userId = user(context);
        NotificationPreferences shown = settings.settings()
                .preferences(userId)
                .orElse(NotificationPreferences.newBuilder().setUserId(userId).build());
        answer(context, 200, json -> SettingsJson.write(json, shown));
    }

    private void putPreferences(RoutingContext context, SettingsTopic settings, JsonFields body) {
        Principal principal = Auth.principal(context);
        NotificationPreferences.Builder given = SettingsJson.preferences(body);
        if (SettingsJson.wantsAlerts(given) && !principal.has(Role.ANALYST) && !principal.has(Role.ADMIN)) {
            Problem.of(403, "missing_role", "Kinds of alerts need one of the roles: admin, analyst.")
                    .send(context.response());
            return;
        }
        NotificationPreferences preferences = given.setUserId(user(context))
                .setUpdatedAtMs(clock.millis())
                .setUpdatedBy(principal.sub())
                .build();
        settings.put(
                        vertx,
                        NotifierSetting.newBuilder().setPreferences(preferences).build())
                .onSuccess(written -> answer(context, 200, json -> SettingsJson.write(json, preferences)))
                .onFailure(failure -> unavailable(context));
    }

    private void listPush(RoutingContext context, SettingsTopic settings) {
        List<PushSubscription> shown = settings.settings().pushSubscriptions(user(context)).stream()
                .sorted(Comparator.comparingLong(PushSubscription::getCreatedAtMs))
                .toList();
        answerList(context, shown, SettingsJson::write);
    }

    private void createPush(RoutingContext context, SettingsTopic settings, JsonFields body) {
        if (vapidKey.isEmpty()) {
            notConfigured(context, "Web push isn't configured here (notifier.vapidPublicKeyFile).");
            return;
        }
        String userId = user(context);
        PushSubscription.Builder given = SettingsJson.push(body);
        config.addresses().problem(given.getEndpoint()).ifPresent(problem -> {
            throw new BadSettingException("endpoint", problem);
        });
        // The same browser again replaces its subscription.
        String id = UUID.nameUUIDFromBytes(given.getEndpoint().getBytes(StandardCharsets.UTF_8))
                .toString();
        if (settings.settings().pushSubscription(userId, id).isEmpty()
                && settings.settings().pushSubscriptions(userId).size() >= MAX_PUSH_SUBSCRIPTIONS) {
            Problem.of(
                            409,
                            "too_many_push_subscriptions",
                            "One user may have " + MAX_PUSH_SUBSCRIPTIONS + " push subscriptions; delete one first.")
                    .send(context.response());
            return;
        }
        PushSubscription push = given.setSubscriptionId(id)
                .setUserId(userId)
                .setCreatedAtMs(clock.millis())
                .build();
        settings.put(vertx, NotifierSetting.newBuilder().setPush(push).build())
                .onSuccess(written -> answer(context, 201, json -> SettingsJson.write(json, push)))
                .onFailure(failure -> unavailable(context));
    }

    private void deletePush(RoutingContext context, SettingsTopic settings) {
        String userId = user(context);
        String id = context.pathParam("id");
        if (settings.settings().pushSubscription(userId, id).isEmpty()) {
            notFound(context, "There is no such push subscription.");
            return;
        }
        delete(context, settings, Settings.pushKey(userId, id));
    }

    private void pushKey(RoutingContext context) {
        if (vapidKey.isEmpty()) {
            notConfigured(context, "Web push isn't configured here (notifier.vapidPublicKeyFile).");
            return;
        }
        answer(context, 200, json -> {
            json.writeStartObject();
            json.writeStringField("publicKey", vapidKey.get());
            json.writeEndObject();
        });
    }

    private void delete(RoutingContext context, SettingsTopic settings, String key) {
        settings.delete(vertx, key)
                .onSuccess(written -> context.response().setStatusCode(204).end())
                .onFailure(failure -> unavailable(context));
    }

    /** The user of the path, within the tenant of who asks: nobody reaches another tenant's users. */
    private static String user(RoutingContext context) {
        return ScopedId.of(context.pathParam("userId"), Auth.principal(context).tenant());
    }

    /** Lets the user of the path pass, and role admin. */
    private static Handler<RoutingContext> own(Handler<RoutingContext> next) {
        return context -> {
            String userId = context.pathParam("userId");
            Principal principal = Auth.principal(context);
            if (!principal.sub().equals(userId) && !principal.has(Role.ADMIN)) {
                Problem.of(403, "not_yours", "This is another user's.").send(context.response());
            } else if (userId.isBlank()
                    || userId.length() > MAX_ID_LENGTH
                    || userId.chars().anyMatch(Character::isISOControl)) {
                invalid(context, "userId", "userId must be 1 to " + MAX_ID_LENGTH + " characters.");
            } else {
                next.handle(context);
            }
        };
    }

    private interface Operation {
        void handle(RoutingContext context, SettingsTopic settings);
    }

    private interface BodyOperation {
        void handle(RoutingContext context, SettingsTopic settings, JsonFields body);
    }

    /** Only where there are settings, and all of them have been read. */
    private Handler<RoutingContext> checked(Operation operation) {
        return context -> {
            if (topic.isEmpty()) {
                notConfigured(context, "Notifications aren't configured here (notifier.keyFile).");
            } else if (!topic.get().caughtUp().isComplete()) {
                unavailable(context);
            } else {
                operation.handle(context, topic.get());
            }
        };
    }

    private Handler<RoutingContext> withBody(BodyOperation operation) {
        return checked((context, settings) -> readBody(context, body -> {
            try {
                operation.handle(context, settings, JsonFields.of(body));
            } catch (BadSettingException e) {
                invalid(context, e.field(), e.getMessage());
            }
        }));
    }

    private static void readBody(RoutingContext context, Handler<Buffer> then) {
        HttpServerRequest request = context.request();
        Buffer body = Buffer.buffer();
        boolean[] refused = new boolean[1];
        request.handler(part -> {
            if (!refused[0] && body.length() + part.length() > MAX_BODY) {
                refused[0] = true;
                Problem.of(413, "body_too_large", "A body may have at most 64KiB.")
                        .send(context.response());
            } else if (!refused[0]) {
                body.appendBuffer(part);
            }
        });
        request.endHandler(ended -> {
            if (!refused[0]) {
                then.handle(body);
            }
        });
    }

    private interface ElementWriter<T> {
        void write(JsonGenerator json, T element) throws IOException;
    }

    private static <T> void answerList(RoutingContext context, List<T> elements, ElementWriter<T> writer) {
        answer(context, 200, json -> {
            json.writeStartArray();
            for (T element : elements) {
                writer.write(json, element);
            }
            json.writeEndArray();
        });
    }

    private static void answer(RoutingContext context, int status, JsonBody.Writer body) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(JsonBody.write(body));
    }

    private static void invalid(RoutingContext context, String field, String detail) {
        Problem.of(422, "invalid_setting", detail)
                .with(json -> json.writeStringField("field", field))
                .send(context.response());
    }

    private static void notFound(RoutingContext context, String detail) {
        Problem.of(404, "not_found", detail).send(context.response());
    }

    private static void notConfigured(RoutingContext context, String detail) {
        Problem.of(501, "not_configured", detail).send(context.response());
    }

    private static void unavailable(RoutingContext context) {
        Problem.of(503, "settings_unavailable", "The settings can't be read or written right now.")
                .retryAfter(RETRY_AFTER)
                .send(context.response());
    }
}
