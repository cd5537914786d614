package io.tidegate.client;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The way to a gateway. Make one for each application and gateway address, and close it at the end: that closes its publishers and
 * subscriptions too.
 */
public final class TidegateClient implements AutoCloseable {

    private static final int ATTEMPTS = 4;

    private final Gateway gateway;
    private final Duration timeout;
    private final List<AutoCloseable> open = new ArrayList<>();

    private TidegateClient(Builder builder) {
        this.gateway = new Gateway(builder.gateway, builder.token, builder.connectTimeout);
        this.timeout = builder.timeout;
    }

    /**
     * @param gateway {@code http[s]://host[:port]}, of a gateway or of what stands before several
     */
    public static Builder builder(URI gateway) {
        return new Builder(gateway);
    }

    public static final class Builder {

        private final URI gateway;
        private Supplier<String> token = () -> "";
        private Duration connectTimeout = Duration.ofSeconds(5);
        private Duration timeout = Duration.ofSeconds(15);

        private Builder(URI gateway) {
            this.gateway = Objects.requireNonNull(gateway, "gateway");
        }

        /**
         * Where the JWT comes from. Asked for every request and connection, from several threads: keep the token until shortly
         * before it expires.
         */
        public Builder token(Supplier<String> supplier) {
            this.token = Objects.requireNonNull(supplier, "token");
            return this;
        }

        /** For a new connection; 5 s by default. */
        public Builder connectTimeout(Duration value) {
            this.connectTimeout = value;
            return this;
        }

        /** For one attempt of a question; 15 s by default. */
        public Builder timeout(Duration value) {
            this.timeout = value;
            return this;
        }

        public TidegateClient build() {
            return new TidegateClient(this);
        }
    }

    /** For sending events; role producer. */
    public Publisher publisher(PublisherOptions options) {
        return opened(new Publisher(gateway, options));
    }

    /**
     * Listens to a channel until it is closed, over reconnects.
     *
     * @param listener called on a thread of this client
     */
    public <M extends FeedMessage> Subscription subscribe(
            Channel<M> channel, SubscribeOptions options, FeedListener<? super M> listener) {
        return opened(FeedSubscription.start(gateway, channel, options, listener));
    }

    private <T extends AutoCloseable> T opened(T part) {
        synchronized (open) {
            open.add(part);
        }
        return part;
    }

    /**
     * Live totals of a post; zeros for one that nobody has touched.
     *
     * @throws TidegateException if the gateway refuses, or doesn't answer after some attempts
     */
    public PostCounters postCounters(String postId) {
        return get("/api/v1/posts/" + encode(postId).replace("+", "%20") + "/counters", Json::postCounters)
                .value();
    }

    /**
     * The posts with the most likes of all time, live.
     *
     * @param limit 1 to 100
     * @throws TidegateException as {@link #postCounters}
     */
    public List<PostCounters> topPosts(int limit) {
        return get("/api/v1/leaderboards/posts?limit=" + limit, json -> Json.array(json, Json::postCounters))
                .value();
    }

    /**
     * A page of alerts, newest first; role analyst.
     *
     * @throws TidegateException as {@link #postCounters}
     */
    public AlertPage alerts(AlertQuery query) {
        StringBuilder path = new StringBuilder("/api/v1/alerts?limit=").append(query.limit());
        query.from().ifPresent(from -> path.append("&from=").append(from));
        query.to().ifPresent(to -> path.append("&to=").append(to));
        query.rule().ifPresent(rule -> path.append("&rule=").append(encode(rule)));
        query.subject().ifPresent(subject -> path.append("&subject=").append(encode(subject)));
        query.cursor().ifPresent(cursor -> path.append("&cursor=").append(encode(cursor)));
        Answer<List<Alert>> answer = get(path.toString(), json -> Json.array(json, Json::alert));
        return new AlertPage(answer.value(), next(query, answer.response()));
    }

    /** The range of the next page is in its link: "the last 24 hours" must not move from page to page. */
    private static Optional<AlertQuery> next(AlertQuery query, HttpResponse<String> response) {
        Optional<String> cursor = response.headers().firstValue("X-Next-Cursor");
        Optional<String> link = response.headers().firstValue("Link");
        if (cursor.isEmpty() || link.isEmpty()) {
            return Optional.empty();
        }
        AlertQuery same = query;
        Optional<String> from = parameter(link.get(), "from");
        Optional<String> to = parameter(link.get(), "to");
        if (from.isPresent() && to.isPresent()) {
            same = query.between(Instant.parse(from.get()), Instant.parse(to.get()));
        }
        return Optional.of(same.after(cursor.get()));
    }

    private static Optional<String> parameter(String link, String name) {
        int at = Math.max(link.indexOf('?' + name + '='), link.indexOf('&' + name + '='));
        if (at < 0) {
            return Optional.empty();
        }
        int begin = at + name.length() + 2;
        int end = begin;
        while (end < link.length() && "&>".indexOf(link.charAt(end)) < 0) {
            end++;
        }
        return Optional.of(link.substring(begin, end));
    }

    private record Answer<T>(T value, HttpResponse<String> response) {}

    private <T> Answer<T> get(String path, Json.Reader<T> reader) {
        Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
        for (int attempt = 1; ; attempt++) {
            Duration wait;
            try {
                HttpResponse<String> response =
                        gateway.send(gateway.request(path, timeout).GET().build());
                if (response.statusCode() == 200) {
                    return new Answer<>(Json.read(response.body(), reader), response);
                }
                Gateway.Refusal refusal = Gateway.refusal(response);
                if (attempt == ATTEMPTS || !Publisher.isTransient(response.statusCode())) {
                    throw refusal.exception();
                }
                wait = refusal.retryAfter().orElseGet(backoff::next);
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw new TidegateException(0, "unreachable", "the gateway doesn't answer: " + e, e);
                }
                wait = backoff.next();
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
            try {
                Thread.sleep(wait.toMillis());
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }

    private static TidegateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new TidegateException(0, "interrupted", "interrupted while waiting for the gateway", e);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Closes publishers, which send what they have first, and subscriptions. */
    @Override
    public void close() {
        List<AutoCloseable> all;
        synchronized (open) {
            all = List.copyOf(open);
            open.clear();
        }
        RuntimeException failure = null;
        for (AutoCloseable part : all) {
            try {
                part.close();
            } catch (Exception e) {
                failure = e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
