package io.tidegate.dev.demo.traffic;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue of events and at most one request that carries its head. A request that the gateway couldn't take (429, 5xx, no
 * connection) is repeated unchanged after a pause, so order and ids are kept. Thread-safe.
 */
final class Lane {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final int MAX_BATCH = 1_000;
    private static final int MAX_QUEUED = 20_000;
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration BETWEEN_COMPLAINTS = Duration.ofSeconds(30);
    private static final Pattern ACCEPTED = Pattern.compile("\"accepted\"\\s*:\\s*(\\d+)");

    private final HttpClient http;
    private final URI target;
    private final BearerToken token;
    private final TrafficStats stats;
    private final ScheduledExecutorService clock;

    // Guarded by this.
    private final Deque<TrafficEvent> queue = new ArrayDeque<>();
    private List<TrafficEvent> underWay = List.of();
    private Duration pause = FIRST_PAUSE;
    private boolean stopped;
    private long lastComplaint = System.nanoTime() - BETWEEN_COMPLAINTS.toNanos();

    Lane(HttpClient http, URI target, BearerToken token, TrafficStats stats, ScheduledExecutorService clock) {
        this.http = http;
        this.target = target;
        this.token = token;
        this.stats = stats;
        this.clock = clock;
    }

    synchronized void add(TrafficEvent event) {
        if (queue.size() >= MAX_QUEUED) {
            stats.dropped(1);
            return;
        }
        queue.addLast(event);
    }

    /** Sends what is queued unless a request is under way; that one goes on with the queue when it is answered. */
    synchronized void send() {
        if (stopped || !underWay.isEmpty() || queue.isEmpty()) {
            return;
        }
        List<TrafficEvent> batch = new ArrayList<>(Math.min(queue.size(), MAX_BATCH));
        while (!queue.isEmpty() && batch.size() < MAX_BATCH) {
            batch.add(queue.removeFirst());
        }
        underWay = batch;
        post(batch);
    }

    synchronized void stop() {
        stopped = true;
        queue.clear();
    }

    synchronized void awaitIdle(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            for (long left = limit.toNanos(); !underWay.isEmpty() && left > 0; left = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void post(List<TrafficEvent> batch) {
        try {
            HttpRequest request = HttpRequest.newBuilder(target)
                    .timeout(REQUEST_TIMEOUT)
                    .header("Content-Type", "application/json")
                    .header("Authorization", token.header())
                    .POST(HttpRequest.BodyPublishers.ofByteArray(EventJson.array(batch)))
                    .build();
            http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                    .whenComplete((response, failure) -> answered(batch, response, failure));
        } catch (RuntimeException e) {
            // Whatever it was: a lane that waits for an answer to a request never sent would stand still for ever.
            repeat(batch, FIRST_PAUSE, e.toString());
        }
    }

    private void answered(List<TrafficEvent> batch, HttpResponse<String> response, Throwable failure) {
        if (failure != null) {
            repeat(batch, FIRST_PAUSE, failure.toString());
        } else if (response.statusCode() == 202) {
            long accepted = number(ACCEPTED.matcher(response.body())).orElse(batch.size());
            stats.accepted(accepted);
            if (accepted < batch.size()) {
                stats.rejected(batch.size() - accepted);
                complain("Some events were rejected: " + response.body());
            }
            done();
        } else if (response.statusCode() == 429 || response.statusCode() >= 500 || response.statusCode() == 401) {
            Duration asked = response.headers()
                    .firstValue("Retry-After")
                    .filter(value -> value.matches("\\d{1,4}"))
                    .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                    .orElse(FIRST_PAUSE);
            repeat(batch, asked, "status " + response.statusCode() + ": " + response.body());
        } else {
            stats.rejected(batch.size());
            complain("A whole request was refused: status " + response.statusCode() + ": " + response.body());
            done();
        }
    }

    private synchronized void done() {
        pause = FIRST_PAUSE;
        underWay = List.of();
        notifyAll();
        send();
    }

    private synchronized void repeat(List<TrafficEvent> batch, Duration atLeast, String reason) {
        if (stopped) {
            underWay = List.of();
            notifyAll();
            return;
        }
        stats.retried();
        complain("The gateway didn't take a request, repeating it: " + reason);
        Duration wait = pause.compareTo(atLeast) > 0 ? pause : atLeast;
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        try {
            clock.schedule(() -> post(batch), wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Stopped in between.
            underWay = List.of();
            notifyAll();
        }
    }

    private synchronized void complain(String what) {
        if (System.nanoTime() - lastComplaint > BETWEEN_COMPLAINTS.toNanos()) {
            lastComplaint = System.nanoTime();
            LOG.warn("{}", what.length() > 500 ? what.substring(0, 500) + "…" : what);
        }
    }

    private static OptionalLong number(Matcher matcher) {
        return matcher.find() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }
}
