package io.tidegate.serving.notify.webhook;

import io.tidegate.contracts.v1.Delivery;
import io.tidegate.contracts.v1.Notice;
import io.tidegate.contracts.v1.NotifierSetting;
import io.tidegate.contracts.v1.WebhookSubscription;
import io.tidegate.serving.http.JsonBody;
import io.tidegate.serving.notify.Attempt;
import io.tidegate.serving.notify.Notices;
import io.tidegate.serving.notify.Sender;
import io.tidegate.serving.notify.Target;
import io.tidegate.serving.notify.settings.SettingsTopic;
import io.tidegate.serving.push.DataJson;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * POSTs a delivery as JSON, signed. 2xx: delivered. 410: the webhook is disabled. Everything else is tried again.
 *
 * <pre>{"deliveryId":"…","type":"alert","createdAt":"…","data":{…}}</pre>
 *
 * <p>{@code type} is {@code alert}, {@code notification} or {@code digest}; a digest's data is {@code {"items":[{"type":…,"data":…}]}}.
 * The body of a delivery is the same in every attempt.
 */
public final class WebhookSender implements Sender {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookSender.class);

    private final Vertx vertx;
    private final SettingsTopic topic;
    private final OutboundHttp http;
    private final Clock clock;

    public WebhookSender(Vertx vertx, SettingsTopic topic, OutboundHttp http, Clock clock) {
        this.vertx = vertx;
        this.topic = topic;
        this.http = http;
        this.clock = clock;
    }

    @Override
    public Future<Attempt> send(Delivery delivery) {
        Optional<WebhookSubscription> found =
                topic.settings().webhook(Target.parse(delivery.getTarget()).id());
        if (found.isEmpty()) {
            return Future.succeededFuture(Attempt.cancelled("deleted"));
        }
        WebhookSubscription webhook = found.get();
        if (!webhook.getEnabled()) {
            return Future.succeededFuture(Attempt.giveUp("disabled"));
        }
        Buffer body = body(delivery);
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .add(HttpHeaders.CONTENT_TYPE, "application/json")
                .add(HttpHeaders.USER_AGENT, "Tidegate-Webhook/1")
                .add("Idempotency-Key", delivery.getDeliveryId())
                .add("Tidegate-Delivery", delivery.getDeliveryId())
                .add("Tidegate-Attempt", Integer.toString(delivery.getAttempts() + 1))
                .add(
                        WebhookSignature.HEADER,
                        WebhookSignature.sign(secrets(webhook), clock.instant(), body.getBytes()));
        return http.post(webhook.getUrl(), headers, body)
                .compose(reply -> judge(webhook, reply))
                .recover(failure -> Future.succeededFuture(judge(failure)));
    }

    /** The one in force, and the one before it while that still counts. */
    private List<String> secrets(WebhookSubscription webhook) {
        return webhook.getPreviousSecretUntilMs() > clock.millis()
                ? List.of(webhook.getSecret(), webhook.getPreviousSecret())
                : List.of(webhook.getSecret());
    }

    private Future<Attempt> judge(WebhookSubscription webhook, OutboundHttp.Reply reply) {
        int status = reply.status();
        if (status >= 200 && status < 300) {
            return Future.succeededFuture(Attempt.delivered());
        }
        if (status == 410) {
            return disable(webhook).map(Attempt.giveUp("gone"));
        }
        return Future.succeededFuture(Attempt.retry("http_" + status, reply.retryAfter()));
    }

    private Future<Void> disable(WebhookSubscription webhook) {
        LOG.warn("Webhook {} answered 410 Gone and is disabled", webhook.getWebhookId());
        return topic.put(
                vertx,
                NotifierSetting.newBuilder()
                        .setWebhook(topic
                                .settings()
                                // As it is now: meanwhile it may have been given another secret.
                                .webhook(webhook.getWebhookId())
                                .orElse(webhook)
                                .toBuilder()
                                .setEnabled(false)
                                .setDisabledReason("gone")
                                .setDisabledAtMs(clock.millis()))
                        .build());
    }

    private static Attempt judge(Throwable failure) {
        if (failure instanceof BlockedAddressException) {
            return Attempt.giveUp("blocked_address");
        }
        if (failure instanceof TimeoutException) {
            return Attempt.retry("timeout");
        }
        if (failure instanceof UnknownHostException) {
            return Attempt.retry("unknown_host");
        }
        LOG.debug("A webhook failed", failure);
        return Attempt.retry(failure instanceof SSLException ? "tls" : "connection");
    }

    private static Buffer body(Delivery delivery) {
        return JsonBody.write(json -> {
            json.writeStartObject();
            json.writeStringField("deliveryId", delivery.getDeliveryId());
            boolean digest = delivery.getNoticesCount() > 1;
            json.writeStringField("type", digest ? "digest" : Notices.type(delivery.getNotices(0)));
            json.writeStringField("createdAt", DataJson.time(delivery.getCreatedAtMs()));
            json.writeFieldName("data");
            if (digest) {
                json.writeStartObject();
                json.writeArrayFieldStart("items");
                for (Notice notice : delivery.getNoticesList()) {
                    json.writeStartObject();
                    json.writeStringField("type", Notices.type(notice));
                    json.writeFieldName("data");
                    Notices.write(json, notice);
                    json.writeEndObject();
                }
                json.writeEndArray();
                json.writeEndObject();
            } else {
                Notices.write(json, delivery.getNotices(0));
            }
            json.writeEndObject();
        });
    }
}
