package io.tidegate.serving.auth;

import io.tidegate.serving.ops.HealthCheck;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that the issuer publishes at one configured address, cached.
 *
 * <p>They are fetched again from time to time, and once more when a token names a key that isn't known, but then at most once in
 * {@link JwksConfig#unknownKeyInterval}, whoever asks. While the address doesn't answer, or answers with no key that is of
 * use, the known keys go on working. A key that is missing from an answer is refused after {@link JwksConfig#rotationGrace}.
 */
final class PublishedKeys implements TokenKeys {

    private static final Logger LOG = LoggerFactory.getLogger(PublishedKeys.class);

    /** What a key id may look like before it is worth asking anybody about it. */
    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9_=+~-][A-Za-z0-9._=+~-]{0,127}");

    private static final int MAX_SET_BYTES = 256 * 1024;
    private static final int MAX_KEYS = 100;

    private final Vertx vertx;
    private final JwksConfig config;
    private final Clock clock;
    private final HttpClient http;
    private final RequestOptions request;
    private volatile Map<String, TokenKey> keys = Map.of();
    private volatile String problem = "not fetched yet";
    private Future<Void> fetching = Future.succeededFuture();
    private Instant lastAsked = Instant.MIN;
    private long timer = -1;

    PublishedKeys(Vertx vertx, JwksConfig config, Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.clock = clock;
        boolean tls = "https".equals(config.url().getScheme());
        this.http = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout((int) config.timeout().toMillis())
                .setSsl(tls)
                .setVerifyHost(true));
        this.request = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(config.url().toString())
                .setFollowRedirects(false)
                .setTimeout(config.timeout().toMillis())
                .putHeader("Accept", "application/jwk-set+json, application/json");
    }

    @Override
    public Future<TokenKey> find(TokenHeader header) {
        Map<String, TokenKey> known = keys;
        if (header.keyId().isEmpty()) {
            // Nothing to choose by: right only if there is nothing to choose.
            return known.size() == 1
                    ? usable(known.values().iterator().next())
                    : unknown("the token doesn't name its key");
        }
        String id = header.keyId().get();
        TokenKey key = known.get(id);
        if (key != null) {
            return usable(key);
        }
        if (!KEY_ID.matcher(id).matches()) {
            return unknown("the token's key id is unknown");
        }
        Future<Void> asked = askForUnknown();
        return asked == null
                ? unknown("the token's key id is unknown")
                : asked.transform(done -> {
                    TokenKey found = keys.get(id);
                    return found == null ? unknown("the token's key id is unknown") : usable(found);
                });
    }

    private Future<TokenKey> usable(TokenKey key) {
        return key.isUsable(clock.instant())
                ? Future.succeededFuture(key)
                : unknown("the token's key isn't in use any more");
    }

    private static Future<TokenKey> unknown(String why) {
        return Future.failedFuture(new InvalidTokenException(why));
    }

    @Override
    public Future<Void> start() {
        timer = vertx.setPeriodic(config.refreshInterval().toMillis(), id -> fetch());
        return fetch();
    }

    @Override
    public Future<Void> stop() {
        vertx.cancelTimer(timer);
        return http.close();
    }

    @Override
    public List<HealthCheck> healthChecks() {
        return List.of(new HealthCheck() {
            @Override
            public String name() {
                return "token_keys";
            }

            @Override
            public boolean gatesReadiness() {
                return true;
            }

            @Override
            public Health health() {
                return keys.isEmpty() ? Health.down(problem) : new Health(true, problem);
            }
        });
    }

    /** Null if the issuer has been asked too recently. Who comes while it is being asked waits for the same answer. */
    private synchronized Future<Void> askForUnknown() {
        if (!fetching.isComplete()) {
            return fetching;
        }
        Instant now = clock.instant();
        if (lastAsked.plus(config.unknownKeyInterval()).isAfter(now)) {
            return null;
        }
        lastAsked = now;
        return fetch();
    }

    /** Never fails. */
    private synchronized Future<Void> fetch() {
        if (fetching.isComplete()) {
            fetching = http.request(request)
                    .compose(asking -> asking.send().compose(PublishedKeys::body))
                    .timeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
                    .map(body -> {
                        take(body);
                        return (Void) null;
                    })
                    .recover(failure -> {
                        failed(failure);
                        return Future.succeededFuture();
                    });
        }
        return fetching;
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        if (response.statusCode() != 200) {
            response.request().reset();
            return Future.failedFuture(new IOException("status " + response.statusCode()));
        }
        Buffer body = Buffer.buffer();
        response.handler(chunk -> {
            if (body.length() <= MAX_SET_BYTES) {
                body.appendBuffer(chunk);
            }
            if (body.length() > MAX_SET_BYTES) {
                response.request().reset();
            }
        });
        return response.end().map(body);
    }

    /** Replaces the known keys by those of a set; what isn't in it any more stays for the grace time. */
    private void take(Buffer body) {
        Map<String, TokenKey> before = keys;
        Map<String, TokenKey> now = new HashMap<>();
        JsonArray set = new JsonObject(body).getJsonArray("keys");
        for (int i = 0; set != null && i < Math.min(set.size(), MAX_KEYS); i++) {
            if (set.getValue(i) instanceof JsonObject json) {
                Jwk.of(json).ifPresent(found -> now.put(found.id(), reuse(before.get(found.id()), found)));
            }
        }
        if (now.isEmpty()) {
            throw new IllegalArgumentException("no key of use in the set");
        }
        Instant instant = clock.instant();
        before.forEach((id, key) -> {
            if (!now.containsKey(id)) {
                key.refuseFrom(instant.plus(config.rotationGrace()));
                if (key.isUsable(instant)) {
                    now.put(id, key);
                }
            } else if (now.get(id) != key) {
                // Another key under the same name: tokens of the old one can't be found any more.
                key.refuseFrom(instant);
            }
        });
        keys = Map.copyOf(now);
        if (!problem.isEmpty()) {
            LOG.info("Token keys: {} known", now.size());
        }
        problem = "";
    }

    private TokenKey reuse(TokenKey known, Jwk found) {
        if (known != null && known.material().equals(found.key())) {
            known.keep();
            return known;
        }
        return new TokenKey(vertx, found.key());
    }

    private void failed(Throwable failure) {
        String reason = "can't be fetched: "
                + (failure instanceof IOException && failure.getMessage() != null
                        ? failure.getMessage()
                        : failure.getClass().getSimpleName());
        if (!reason.equals(problem)) {
            LOG.warn("Token keys {}; {} known ones go on working", reason, keys.size());
        }
        problem = reason;
    }
}
