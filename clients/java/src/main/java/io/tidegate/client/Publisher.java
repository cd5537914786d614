package io.tidegate.client;

import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;

/**
 * Sends events in batches, one batch after the other, so that events keep the order in which they were published.
 *
 * <p>A batch that fails for a reason that may pass (no connection, 408, 429, 5xx) is sent again as it is, with the same event ids, as
 * long as {@link PublisherOptions#deliveryTimeout()} lasts; {@code Retry-After} is honoured. Event ids make that safe: an event
 * that had arrived before counts once.
 */
public final class Publisher implements AutoCloseable {

    /** An event and who waits for it. */
    private record Waiting(Event event, CompletableFuture<Receipt> receipt) {}

    /** Why an attempt wasn't the last. */
    private record Attempt(boolean done, TidegateException failure, Duration pause) {

        private static final Attempt DONE = new Attempt(true, null, Duration.ZERO);
    }

    private static final int GZIP_FROM = 1_024;
    private static final Duration FIRST_WAIT = Duration.ofMillis(100);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Gateway gateway;
    private final PublisherOptions options;
    private final LinkedBlockingQueue<Waiting> queue;
    private final Thread sender;
    /** Published and not yet decided. */
    private final AtomicLong pending = new AtomicLong();

    private volatile boolean closing;
    /** When closing has to be over; valid once {@link #closing}. */
    private volatile long closeBy;

    private volatile boolean flushing;
    /** Nobody takes from the queue any more. */
    private volatile boolean ended;

    Publisher(Gateway gateway, PublisherOptions options) {
        this.gateway = gateway;
        this.options = options;
        this.queue = new LinkedBlockingQueue<>(options.buffer());
        this.sender = new Thread(this::run, "tidegate-publisher");
        this.sender.setDaemon(true);
        this.sender.start();
    }

    static boolean isTransient(int status) {
        return status == 408 || status == 425 || status == 429 || status >= 500;
    }

    /**
     * Takes an event for sending. Waits while the buffer is full.
     *
     * @return completes once the event is stored for good. Fails with {@link RejectedException} if the gateway rejects it, else with
     *     a {@link TidegateException}: {@code buffer_full}, {@code closed}, or why the last attempt failed
     */
    public CompletableFuture<Receipt> publish(Event event) {
        Waiting waiting = new Waiting(Objects.requireNonNull(event, "event"), new CompletableFuture<>());
        if (closing) {
            waiting.receipt().completeExceptionally(closed());
            return waiting.receipt();
        }
        pending.incrementAndGet();
        waiting.receipt().whenComplete((receipt, failure) -> decided());
        try {
            if (!queue.offer(waiting, options.maxBlock().toNanos(), TimeUnit.NANOSECONDS)) {
                waiting.receipt()
                        .completeExceptionally(new TidegateException(
                                0, "buffer_full", options.buffer() + " events wait for being sent already", null));
            } else if (ended && queue.remove(waiting)) {
                // It came in after the sender had left.
                waiting.receipt().completeExceptionally(closed());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            waiting.receipt()
                    .completeExceptionally(
                            new TidegateException(0, "interrupted", "interrupted while waiting for room", e));
        }
        return waiting.receipt();
    }

    private void decided() {
        if (pending.decrementAndGet() == 0) {
            synchronized (pending) {
                pending.notifyAll();
            }
        }
    }

    /** Returns when everything that was published before is decided, one way or the other. */
    public void flush() throws InterruptedException {
        flushing = true;
        synchronized (pending) {
            while (pending.get() > 0) {
                pending.wait();
            }
        }
        flushing = false;
    }

    /**
     * Takes no more events, and returns when those that it has are decided. After {@code deliveryTimeout} what still fails is tried
     * no more.
     */
    @Override
    public void close() {
        if (!closing) {
            closeBy = System.nanoTime() + options.deliveryTimeout().toNanos();
            closing = true;
        }
        try {
            sender.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            sender.interrupt();
        }
    }

    private static TidegateException closed() {
        return new TidegateException(0, "closed", "the publisher is closed", null);
    }

    private void run() {
        List<Waiting> batch = new ArrayList<>();
        try {
            while (!closing || !queue.isEmpty()) {
                Waiting first = queue.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    gather(batch);
                    deliver(batch);
                    batch.clear();
                }
            }
        } catch (InterruptedException e) {
            // Closed by force: what is left is told so below.
            batch.forEach(waiting -> waiting.receipt().completeExceptionally(closed()));
        } finally {
            ended = true;
            queue.forEach(waiting -> waiting.receipt().completeExceptionally(closed()));
        }
    }

    private void gather(List<Waiting> batch) throws InterruptedException {
        long end = System.nanoTime() + options.linger().toNanos();
        while (batch.size() < options.maxBatch()) {
            queue.drainTo(batch, options.maxBatch() - batch.size());
            long left = end - System.nanoTime();
            if (left <= 0 || batch.size() >= options.maxBatch() || closing || flushing) {
                return;
            }
            Waiting next = queue.poll(left, TimeUnit.NANOSECONDS);
            if (next != null) {
                batch.add(next);
            }
        }
    }

    private void deliver(List<Waiting> batch) throws InterruptedException {
        byte[] body = body(batch);
        boolean compressed = options.gzip() && body.length > GZIP_FROM;
        byte[] sent = compressed ? gzip(body) : body;
        Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
        long end = System.nanoTime() + options.deliveryTimeout().toNanos();
        boolean tokenRefused = false;
        while (true) {
            Attempt attempt;
            try {
                HttpRequest request = gateway.request("/api/v1/events", options.requestTimeout())
                        .header("Content-Type", "application/json")
                        .headers(
                                compressed ? new String[] {"Content-Encoding", "gzip"} : new String[] {"Accept", "*/*"})
                        .POST(HttpRequest.BodyPublishers.ofByteArray(sent))
                        .build();
                HttpResponse<String> response = gateway.send(request);
                if (response.statusCode() == 413 && batch.size() > 1) {
                    int half = batch.size() / 2;
                    deliver(batch.subList(0, half));
                    deliver(batch.subList(half, batch.size()));
                    return;
                }
                boolean firstRefusal = response.statusCode() == 401 && !tokenRefused;
                tokenRefused |= response.statusCode() == 401;
                // An expired token is replaced by the next one that the supplier gives.
                attempt = firstRefusal ? new Attempt(false, null, Duration.ZERO) : answered(batch, response, backoff);
            } catch (IOException e) {
                attempt = new Attempt(
                        false,
                        new TidegateException(0, "unreachable", "the gateway doesn't answer: " + e, e),
                        backoff.next());
            } catch (RuntimeException e) {
                // The token supplier's, or a header that can't be sent: nothing that time heals.
                fail(batch, new TidegateException(0, "request_failed", "the request can't be made: " + e, e));
                return;
            }
            if (attempt.done()) {
                return;
            }
            long left = end - System.nanoTime();
            if (closing) {
                left = Math.min(left, closeBy - System.nanoTime());
            }
            if (attempt.failure() != null && left < attempt.pause().toNanos()) {
                fail(batch, attempt.failure());
                return;
            }
            TimeUnit.NANOSECONDS.sleep(attempt.pause().toNanos());
        }
    }

    private static void fail(List<Waiting> batch, TidegateException failure) {
        batch.forEach(waiting -> waiting.receipt().completeExceptionally(failure));
    }

    private Attempt answered(List<Waiting> batch, HttpResponse<String> response, Backoff backoff) throws IOException {
        int status = response.statusCode();
        if (status == 202 || status == 400) {
            Map<Integer, RejectedException> rejected = new HashMap<>();
            boolean[] perEvent = {false};
            Json.read(response.body(), json -> {
                Json.object(json, (name, value) -> {
                    if (name.equals("rejected")) {
                        perEvent[0] = true;
                        Json.array(value, element -> rejection(element, status, rejected));
                    }
                });
                return null;
            });
            if (perEvent[0] || status == 202) {
                for (int i = 0; i < batch.size(); i++) {
                    Waiting waiting = batch.get(i);
                    if (rejected.containsKey(i)) {
                        waiting.receipt().completeExceptionally(rejected.get(i));
                    } else {
                        waiting.receipt().complete(new Receipt(waiting.event().eventId()));
                    }
                }
                return Attempt.DONE;
            }
        }
        Gateway.Refusal refusal = Gateway.refusal(response);
        if (isTransient(status)) {
            return new Attempt(false, refusal.exception(), refusal.retryAfter().orElseGet(backoff::next));
        }
        fail(batch, refusal.exception());
        return Attempt.DONE;
    }

    private static Integer rejection(JsonParser json, int status, Map<Integer, RejectedException> rejected)
            throws IOException {
        int[] index = {-1};
        String[] said = {"rejected", null, ""};
        Json.object(json, (name, value) -> {
            switch (name) {
                case "index" -> index[0] = value.getIntValue();
                case "code" -> said[0] = Json.text(value);
                case "field" -> said[1] = Json.text(value);
                case "message" -> said[2] = Json.text(value);
                default -> {}
            }
        });
        rejected.put(index[0], new RejectedException(status, said[0], said[1], said[2]));
        return index[0];
    }

    private static byte[] body(List<Waiting> batch) {
        return Json.write(json -> {
            json.writeStartArray();
            for (Waiting waiting : batch) {
                waiting.event().write(json);
            }
            json.writeEndArray();
        });
    }

    private static byte[] gzip(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length / 4);
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory", e);
        }
        return out.toByteArray();
    }
}
