package io.tidegate.serving.notify.webpush;

import io.tidegate.contracts.v1.Delivery;
import io.tidegate.contracts.v1.Notice;
import io.tidegate.contracts.v1.PushSubscription;
import io.tidegate.serving.http.JsonBody;
import io.tidegate.serving.notify.Attempt;
import io.tidegate.serving.notify.Notices;
import io.tidegate.serving.notify.Sender;
import io.tidegate.serving.notify.Target;
import io.tidegate.serving.notify.settings.Settings;
import io.tidegate.serving.notify.settings.SettingsTopic;
import io.tidegate.serving.notify.webhook.BlockedAddressException;
import io.tidegate.serving.notify.webhook.OutboundHttp;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends to a browser's push service (RFC 8030), encrypted for the browser, signed with the VAPID key. 404 and 410 remove the
 * subscription. The payload: {@code {"deliveryId":"…","title":"…","body":"…","kind":"…","count":1}}.
 */
public final class WebPushSender implements Sender {

    private static final Logger LOG = LoggerFactory.getLogger(WebPushSender.class);
    private static final Duration TIME_TO_LIVE = Duration.ofHours(24);
    private static final Duration TOKEN_LIFETIME = Duration.ofHours(12);
    /** So that with JSON's escapes (six bytes for one) it stays below what a push service takes. */
    private static final int MAX_TEXT = 500;

    private final Vertx vertx;
    private final SettingsTopic topic;
    private final OutboundHttp http;
    private final WebPushConfig config;
    private final Clock clock;

    public WebPushSender(Vertx vertx, SettingsTopic topic, OutboundHttp http, WebPushConfig config, Clock clock) {
        this.vertx = vertx;
        this.topic = topic;
        this.http = http;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public Future<Attempt> send(Delivery delivery) {
        Target target = Target.parse(delivery.getTarget());
        Optional<PushSubscription> found = topic.settings().pushSubscription(target.owner(), target.id());
        if (found.isEmpty()) {
            return Future.succeededFuture(Attempt.cancelled("unsubscribed"));
        }
        PushSubscription subscription = found.get();
        byte[] body;
        try {
            body = PushEncryption.encrypt(
                    payload(delivery).getBytes(),
                    subscription.getP256Dh().toByteArray(),
                    subscription.getAuth().toByteArray());
        } catch (GeneralSecurityException e) {
            LOG.warn("The keys of a push subscription can't be used: {}", e.getMessage());
            return Future.succeededFuture(Attempt.giveUp("bad_keys"));
        }
        boolean critical = delivery.getNoticesList().stream().anyMatch(Notices::isCritical);
        URI endpoint = URI.create(subscription.getEndpoint());
        String origin = endpoint.getScheme() + "://" + endpoint.getAuthority();
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .add(HttpHeaders.CONTENT_TYPE, "application/octet-stream")
                .add(HttpHeaders.CONTENT_ENCODING, "aes128gcm")
                .add("TTL", Long.toString(TIME_TO_LIVE.toSeconds()))
                .add("Urgency", critical ? "high" : "normal")
                // A push service keeps one undelivered message per topic: a repetition replaces its original.
                .add("Topic", delivery.getDeliveryId().replace("-", ""))
                .add("Idempotency-Key", delivery.getDeliveryId())
                .add(
                        HttpHeaders.AUTHORIZATION,
                        config.key()
                                .authorization(
                                        origin,
                                        config.subject(),
                                        clock.instant().plus(TOKEN_LIFETIME)));
        return http.post(subscription.getEndpoint(), headers, Buffer.buffer(body))
                .compose(reply -> judge(subscription, reply))
                .recover(failure -> Future.succeededFuture(
                        failure instanceof BlockedAddressException
                                ? Attempt.giveUp("blocked_address")
                                : Attempt.retry("connection")));
    }

    private Future<Attempt> judge(PushSubscription subscription, OutboundHttp.Reply reply) {
        int status = reply.status();
        if (status >= 200 && status < 300) {
            return Future.succeededFuture(Attempt.delivered());
        }
        if (status == 404 || status == 410) {
            return topic.delete(vertx, Settings.pushKey(subscription.getUserId(), subscription.getSubscriptionId()))
                    .map(Attempt.cancelled("unsubscribed"));
        }
        if (status == 400 || status == 413) {
            return Future.succeededFuture(Attempt.giveUp("http_" + status));
        }
        return Future.succeededFuture(Attempt.retry("http_" + status, reply.retryAfter()));
    }

    private static Buffer payload(Delivery delivery) {
        Notice first = delivery.getNotices(0);
        int count = delivery.getNoticesCount();
        String text = Notices.text(first);
        return JsonBody.write(json -> {
            json.writeStartObject();
            json.writeStringField("deliveryId", delivery.getDeliveryId());
            json.writeStringField("title", count == 1 ? Notices.title(first) : count + " notifications");
            json.writeStringField("body", text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text);
            json.writeStringField("kind", count == 1 ? Notices.kind(first) : "digest");
            json.writeNumberField("count", count);
            json.writeEndObject();
        });
    }
}
