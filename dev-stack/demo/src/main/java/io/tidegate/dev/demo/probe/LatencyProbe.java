package io.tidegate.dev.demo.probe;

import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures how long it takes from a POST to the alert on a WebSocket, against a running gateway.
 *
 * <p>Each sample is a user of its own who trips {@code probe-then-strike}: three small bets in one request, then, in a second
 * one, the strike. The clock runs from the moment at which the strike was due to be sent (open loop: a slow answer doesn't
 * delay the next sample, and a late start counts) until the alert's frame is here. Everything the demo does besides goes on.
 */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures POST to alert on the WebSocket of a running demo.")
public final class LatencyProbe implements Callable<Integer> {

    private static final Pattern SUBJECT = Pattern.compile("\"subject\":\"([^\"]+)\"");
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    @Option(names = "--url", defaultValue = "http://127.0.0.1:8080", description = "default: ${DEFAULT-VALUE}")
    private URI url;

    @Option(names = "--token", required = true, description = "with roles producer and analyst")
    private String token;

    @Option(names = "--samples", defaultValue = "200", description = "default: ${DEFAULT-VALUE}")
    private int samples;

    @Option(names = "--rate", defaultValue = "5", description = "samples a second; default: ${DEFAULT-VALUE}")
    private double rate;

    private final Map<String, Long> dueNanos = new ConcurrentHashMap<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private long[] latencyNanos;
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private CountDownLatch open;

    public static void main(String[] args) {
        System.exit(new CommandLine(new LatencyProbe()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        latencyNanos = new long[samples];
        open = new CountDownLatch(samples);
        WebSocket socket = listen();
        String run = UUID.randomUUID().toString().substring(0, 8);
        ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
        try {
            long firstNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
            for (int i = 0; i < samples; i++) {
                String user = "latency-" + run + "-" + i;
                long due = firstNanos + (long) (i / rate * 1e9);
                long now = System.nanoTime();
                // The probes go half a second ahead, so that only the strike is on the clock.
                clock.schedule(
                        () -> post("[" + bet(user, 1) + "," + bet(user, 1) + "," + bet(user, 1) + "]"),
                        due - now - TimeUnit.MILLISECONDS.toNanos(500),
                        TimeUnit.NANOSECONDS);
                clock.schedule(
                        () -> {
                            dueNanos.put(user, due);
                            post(bet(user, 1_000));
                        },
                        due - now,
                        TimeUnit.NANOSECONDS);
            }
            boolean all = open.await((long) (samples / rate * 1000) + LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            report(System.out);
            return all && refused.get() == 0 ? 0 : 1;
        } finally {
            clock.shutdownNow();
            socket.abort();
        }
    }

    private void report(PrintStream out) {
        int count = arrived.get();
        long[] sorted = Arrays.copyOf(latencyNanos, count);
        Arrays.sort(sorted);
        out.printf("samples %d, alerts %d, refused requests %d%n", samples, count, refused.get());
        if (count > 0) {
            out.printf(
                    "POST to alert on the WebSocket, ms: p50 %.0f, p95 %.0f, p99 %.0f, max %.0f%n",
                    quantile(sorted, 0.50), quantile(sorted, 0.95), quantile(sorted, 0.99), quantile(sorted, 1));
        }
    }

    private static double quantile(long[] sorted, double share) {
        return sorted[(int) Math.max(0, Math.ceil(share * sorted.length) - 1)] / 1e6;
    }

    private static String bet(String user, int amount) {
        return "{\"type\":\"bet\",\"userId\":\"" + user + "\",\"gameId\":\"latency\",\"amount\":" + amount + "}";
    }

    private void post(String json) {
        HttpRequest request = HttpRequest.newBuilder(url.resolve("/api/v1/events"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).whenComplete((response, failure) -> {
            if (failure != null || response.statusCode() != 202) {
                refused.incrementAndGet();
            }
        });
    }

    /** Returns when the subscription is confirmed. */
    private WebSocket listen() {
        CompletableFuture<Void> subscribed = new CompletableFuture<>();
        URI address = URI.create("ws" + url.resolve("/ws").toString().substring("http".length()));
        WebSocket socket = http.newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .buildAsync(address, new Alerts(subscribed))
                .join();
        socket.sendText("{\"op\":\"subscribe\",\"channel\":\"alerts:fraud\"}", true)
                .join();
        subscribed.orTimeout(10, TimeUnit.SECONDS).join();
        return socket;
    }

    private void alert(String frame) {
        long now = System.nanoTime();
        Matcher subject = SUBJECT.matcher(frame);
        Long due = frame.contains("\"probe-then-strike\"") && subject.find() ? dueNanos.remove(subject.group(1)) : null;
        if (due != null) {
            latencyNanos[arrived.getAndIncrement()] = now - due;
            open.countDown();
        }
    }

    /** Puts the fragments of a frame together. */
    private final class Alerts implements WebSocket.Listener {

        private final CompletableFuture<Void> subscribed;
        private final StringBuilder frame = new StringBuilder();

        Alerts(CompletableFuture<Void> subscribed) {
            this.subscribed = subscribed;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            frame.append(data);
            if (last) {
                String text = frame.toString();
                frame.setLength(0);
                if (text.contains("\"op\":\"subscribed\"")) {
                    subscribed.complete(null);
                } else if (text.contains("\"op\":\"error\"")) {
                    subscribed.completeExceptionally(new CompletionException(text, null));
                } else {
                    alert(text);
                }
            }
            socket.request(1);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            subscribed.completeExceptionally(failure);
        }
    }
}
