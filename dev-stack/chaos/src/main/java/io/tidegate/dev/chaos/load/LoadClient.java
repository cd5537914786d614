package io.tidegate.dev.chaos.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tidegate.dev.demo.traffic.EventJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a {@link LoadPlan} in open loop: the plan goes on whatever the platform does. A request whose outcome is in doubt (no answer in
 * time, a broken connection, 5xx) is sent again with the same ids, unless the plan says that it is to be left. Everything happens on one
 * thread, in order.
 */
public final class LoadClient implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LoadClient.class);
    private static final JsonFactory JSON = new JsonFactory();

    /** Shorter than the gateway's own limit for the broker, so that answers are missed which the gateway still gives. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int IN_FLIGHT = 64;
    private static final int SHOWN_CHARACTERS = 200;

    private final LoadPlan plan;
    private final EventLog log;
    private final HttpClient http;
    private final URI target;
    private final Supplier<String> token;
    private final ScheduledExecutorService thread;
    private final long startNanos = System.nanoTime();

    // Of the thread.
    private final Deque<Attempt> ready = new ArrayDeque<>();
    private int inFlight;
    private int waiting;
    private long steps;
    private boolean making = true;
    private long sent;
    private long acknowledged;
    private long attempts;
    private long doubtful;
    private Throwable failure;

    private static final class Attempt {
        private final PlannedRequest request;
        private final byte[] events;
        private int number;
        private Duration pause = FIRST_PAUSE;

        Attempt(PlannedRequest request) {
            this.request = request;
            this.events = EventJson.array(request.events());
        }

        byte[] body() {
            // One event goes as an object: the array without its brackets.
            return request.single() ? Arrays.copyOfRange(events, 1, events.length - 1) : events;
        }
    }

    private LoadClient(LoadPlan plan, EventLog log, URI gateway, Supplier<String> token) {
        this.plan = plan;
        this.log = log;
        this.target = gateway.resolve("/api/v1/events");
        this.token = token;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "load");
            made.setDaemon(true);
            return made;
        });
    }

    /**
     * Begins at once.
     *
     * @param log of which there must be none yet
     * @param token a bearer token of a producer; asked for with every request
     */
    public static LoadClient start(
            long seed, String run, int eventsPerSecond, Path log, URI gateway, Supplier<String> token)
            throws IOException {
        LoadPlan plan = new LoadPlan(seed, run, System.currentTimeMillis(), eventsPerSecond);
        LoadClient client = new LoadClient(plan, new EventLog(log), gateway, token);
        client.thread.scheduleAtFixedRate(
                () -> client.guarded(client::step), 0, LoadPlan.STEP.toMillis(), TimeUnit.MILLISECONDS);
        client.thread.scheduleAtFixedRate(() -> client.guarded(client::force), 1, 1, TimeUnit.SECONDS);
        return client;
    }

    public LoadStats stats() {
        return onThread(() -> new LoadStats(
                sent,
                acknowledged,
                waiting,
                attempts,
                doubtful,
                making ? Math.max(0, elapsedMs() - steps * LoadPlan.STEP.toMillis()) : 0));
    }

    /** Makes no more events. What is under way goes on. */
    public void stopMaking() {
        onThread(() -> making = false);
    }

    /** @return whether every request that is to be repeated has its answer within the limit */
    public boolean awaitAnswers(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (stats().waiting() > 0) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return true;
    }

    private void step() {
        long due = elapsedMs() / LoadPlan.STEP.toMillis() + 1;
        while (making && steps < due) {
            steps++;
            for (PlannedRequest request : plan.nextStep()) {
                waiting++;
                ready.addLast(new Attempt(request));
            }
        }
        pump();
    }

    private void pump() {
        while (inFlight < IN_FLIGHT && !ready.isEmpty()) {
            send(ready.removeFirst());
        }
    }

    private void send(Attempt attempt) {
        attempt.number++;
        if (attempt.number == 1) {
            log.sending(attempt.request.number(), System.currentTimeMillis(), attempt.events);
            sent += attempt.request.events().size();
        }
        attempts++;
        inFlight++;
        HttpRequest request = HttpRequest.newBuilder(target)
                .timeout(ANSWER_LIMIT)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + token.get())
                .POST(HttpRequest.BodyPublishers.ofByteArray(attempt.body()))
                .build();
        http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).whenComplete((response, problem) -> {
            try {
                thread.execute(() -> guarded(() -> answered(attempt, response, problem)));
            } catch (RejectedExecutionException e) {
                // Closed: without a line in the log it is in doubt, which is right.
            }
        });
    }

    private void answered(Attempt attempt, HttpResponse<String> response, Throwable problem) {
        inFlight--;
        long number = attempt.request.number();
        long nowMs = System.currentTimeMillis();
        if (problem != null) {
            log.answered(number, nowMs, attempt.number, 0, List.of(), shown(String.valueOf(problem.getMessage())));
            inDoubt(attempt);
        } else if (response.statusCode() == 202) {
            List<Integer> refused = refused(response.body());
            log.answered(number, nowMs, attempt.number, 202, refused, refused.isEmpty() ? "" : shown(response.body()));
            acknowledged += attempt.request.events().size() - refused.size();
            waiting--;
        } else {
            int status = response.statusCode();
            log.answered(number, nowMs, attempt.number, status, List.of(), shown(response.body()));
            if (status >= 500 || status == 408) {
                inDoubt(attempt);
            } else if (status == 429 || status == 401) {
                again(attempt);
            } else {
                waiting--;
            }
        }
        pump();
    }

    private void inDoubt(Attempt attempt) {
        doubtful++;
        if (attempt.request.repeated()) {
            again(attempt);
        } else {
            waiting--;
        }
    }

    private void again(Attempt attempt) {
        thread.schedule(
                () -> guarded(() -> {
                    ready.addLast(attempt);
                    pump();
                }),
                attempt.pause.toMillis(),
                TimeUnit.MILLISECONDS);
        Duration doubled = attempt.pause.multipliedBy(2);
        attempt.pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    /** An answer that can't be read counts as one where everything was refused: it isn't what the contract promises. */
    private static List<Integer> refused(String body) {
        List<Integer> refused = new ArrayList<>();
        try (JsonParser json = JSON.createParser(body)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME && json.currentName().equals("index")) {
                    json.nextToken();
                    refused.add(json.getIntValue());
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("The gateway answered 202 with " + shown(body), e);
        }
        return refused;
    }

    private long elapsedMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    private void force() {
        try {
            log.force();
        } catch (IOException e) {
            throw new IllegalStateException("The log of the load can't be written", e);
        }
    }

    /** A scheduled task that throws would never run again, unnoticed. */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            if (failure == null) {
                failure = e;
                LOG.error("The load has failed", e);
            }
        }
    }

    private <T> T onThread(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        thread.execute(() -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                answer.complete(question.get());
            }
        });
        try {
            return answer.get(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("The load has failed: " + e.getMessage(), e);
        }
    }

    private static String shown(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= SHOWN_CHARACTERS ? line : line.substring(0, SHOWN_CHARACTERS) + "…";
    }

    /** What has no answer by now stays in doubt. */
    @Override
    public void close() throws IOException {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("The load's thread doesn't end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        log.close();
    }
}
