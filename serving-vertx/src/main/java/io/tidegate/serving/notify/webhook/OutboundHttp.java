package io.tidegate.serving.notify.webhook;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * POSTs to URLs that strangers chose. The name is resolved once, every address is checked against the {@link AddressPolicy}, and the
 * connection goes to the address that was checked: a name that changes its mind in between (DNS rebinding) gains nothing. TLS
 * names and verifies the host as usual. Redirects aren't followed, the answer's body is thrown away and bounded, and the whole
 * exchange has one time limit.
 */
public final class OutboundHttp {

    /** What names resolve to; tests bring their own. */
    public interface Resolver {
        /** Blocks. */
        List<InetAddress> resolve(String host) throws UnknownHostException;

        static Resolver system() {
            return host -> Arrays.asList(InetAddress.getAllByName(host));
        }
    }

    /**
     * @param timeout of an exchange from resolving to the end of the answer; default 10s
     * @param connectTimeout default 5s
     * @param maxResponseBytes of an answer's body; what is longer is cut off; default 64KiB
     * @param trustCertFile PEM of the authorities to trust instead of the JDK's
     */
    public record Options(
            AddressPolicy policy,
            Duration timeout,
            Duration connectTimeout,
            int maxResponseBytes,
            int connectionsPerTarget,
            Optional<Path> trustCertFile) {}

    /**
     * @param retryAfter as the answer says, in seconds or as a date; never negative
     */
    public record Reply(int status, Optional<Duration> retryAfter) {}

    private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(6);

    private final Vertx vertx;
    private final Options options;
    private final Resolver resolver;
    private final Clock clock;
    private final HttpClientAgent client;

    public OutboundHttp(Vertx vertx, Options options, Resolver resolver, Clock clock) {
        this.vertx = vertx;
        this.options = options;
        this.resolver = resolver;
        this.clock = clock;
        HttpClientOptions http = new HttpClientOptions()
                .setConnectTimeout((int) options.connectTimeout().toMillis())
                .setSslHandshakeTimeout(options.connectTimeout().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout(60)
                .setKeepAliveTimeout(30)
                .setDecompressionSupported(false)
                .setMaxHeaderSize(16 * 1024)
                .setMaxRedirects(0)
                .setVerifyHost(true);
        options.trustCertFile()
                .ifPresent(file -> http.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
        this.client = vertx.createHttpClient(http, new PoolOptions().setHttp1MaxSize(options.connectionsPerTarget()));
    }

    /**
     * @return the answer, whatever its status; fails with a {@link BlockedAddressException} before anything is sent, with a {@link
     *     TimeoutException}, or with whatever broke the exchange
     */
    public Future<Reply> post(String url, MultiMap headers, Buffer body) {
        Optional<String> problem = options.policy().problem(url);
        if (problem.isPresent()) {
            return Future.failedFuture(new BlockedAddressException("the URL " + problem.get()));
        }
        URI uri = URI.create(url);
        Promise<Reply> promise = Promise.promise();
        HttpClientRequest[] sent = new HttpClientRequest[1];
        long timer = vertx.setTimer(options.timeout().toMillis(), id -> {
            if (promise.tryFail(new TimeoutException("no answer in time")) && sent[0] != null) {
                sent[0].reset();
            }
        });
        address(AddressPolicy.host(uri))
                .compose(address -> {
                    if (promise.future().isComplete()) {
                        return Future.failedFuture("too late");
                    }
                    return client.request(request(uri, address));
                })
                .compose(request -> {
                    sent[0] = request;
                    if (promise.future().isComplete()) {
                        request.reset();
                        return Future.failedFuture("too late");
                    }
                    request.headers().addAll(headers);
                    return request.send(body);
                })
                .compose(this::reply)
                .onComplete(result -> {
                    vertx.cancelTimer(timer);
                    if (result.succeeded()) {
                        promise.tryComplete(result.result());
                    } else {
                        promise.tryFail(result.cause());
                    }
                });
        return promise.future();
    }

    public Future<Void> close() {
        return client.close();
    }

    /** One of the host's addresses, all of which must be allowed: a mixture is a trick, not a service. */
    private Future<InetAddress> address(String host) {
        return vertx.executeBlocking(() -> resolver.resolve(host), false).compose(addresses -> {
            if (addresses.isEmpty()) {
                return Future.failedFuture(new UnknownHostException(host));
            }
            if (!addresses.stream().allMatch(options.policy()::allows)) {
                return Future.failedFuture(
                        new BlockedAddressException("the host resolves to an address that isn't public"));
            }
            return Future.succeededFuture(
                    addresses.get(ThreadLocalRandom.current().nextInt(addresses.size())));
        });
    }

    private RequestOptions request(URI uri, InetAddress address) {
        int port = AddressPolicy.port(uri);
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                // Where the connection goes, and what TLS and the Host header call it.
                .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
                .setHost(AddressPolicy.host(uri))
                .setPort(port)
                .setSsl("https".equalsIgnoreCase(uri.getScheme()))
                .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
                .setFollowRedirects(false)
                .setConnectTimeout(options.connectTimeout().toMillis());
    }

    private Future<Reply> reply(HttpClientResponse response) {
        Reply reply = new Reply(response.statusCode(), retryAfter(response.getHeader("Retry-After")));
        Promise<Reply> read = Promise.promise();
        int[] size = new int[1];
        response.exceptionHandler(failure -> read.tryComplete(reply));
        response.endHandler(ended -> read.tryComplete(reply));
        response.handler(part -> {
            size[0] += part.length();
            if (size[0] > options.maxResponseBytes() && read.tryComplete(reply)) {
                // The status says it all, and the rest may be endless.
                response.request().connection().close();
            }
        });
        return read.future();
    }

    private Optional<Duration> retryAfter(String header) {
        if (header == null) {
            return Optional.empty();
        }
        Duration asked;
        try {
            asked = header.matches("\\d{1,9}")
                    ? Duration.ofSeconds(Long.parseLong(header))
                    : Duration.between(
                            clock.instant(),
                            ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
        if (asked.isNegative()) {
            return Optional.of(Duration.ZERO);
        }
        return Optional.of(asked.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : asked);
    }
}
