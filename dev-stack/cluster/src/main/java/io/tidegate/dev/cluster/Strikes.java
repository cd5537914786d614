package io.tidegate.dev.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Ten users a second each trip rule {@code probe-then-strike} once, in one request: whoever waits for alerts sees within a tenth of a
 * second when they stop and when they come again. A refused or unanswered request is sent again with the same ids until it is
 * acknowledged, so each of them must raise exactly one alert.
 */
public final class Strikes implements AutoCloseable {

    /** Of the rule, in the alerts. */
    public static final String RULE = "probe-then-strike";
    /** Of every bet, in the rows. */
    public static final String GAME = "strikes";

    public static final int BETS_EACH = 4;

    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private final URI gateway;
    private final String token;
    private final String prefix = "strike-" + UUID.randomUUID().toString().substring(0, 8) + "-";
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final Thread sender = new Thread(this::send, "strikes");
    private volatile boolean closed;
    private volatile boolean sending = true;

    private Strikes(URI gateway, String token) {
        this.gateway = gateway;
        this.token = token;
    }

    /** @param token of a producer */
    public static Strikes start(URI gateway, String token) {
        Strikes strikes = new Strikes(gateway, token);
        strikes.sender.start();
        return strikes;
    }

    /** Whether an alert is about one of these users. */
    public boolean made(String subject) {
        return subject.startsWith(prefix);
    }

    /** Users whose bets were acknowledged, with when their request was first sent: epoch milliseconds. */
    public Map<String, Long> acknowledged() {
        return Map.copyOf(acknowledged);
    }

    /** No new ones; the one under way is seen through. */
    public void stopSending() throws InterruptedException {
        sending = false;
        sender.join();
    }

    private void send() {
        for (int i = 0; sending && !closed; i++) {
            String user = prefix + i;
            List<String> bets = new ArrayList<>();
            for (int bet = 1; bet <= BETS_EACH; bet++) {
                bets.add("{\"type\":\"bet\",\"userId\":\"" + user + "\",\"eventId\":\"" + user + "-" + bet
                        + "\",\"gameId\":\"" + GAME + "\",\"amount\":" + (bet == BETS_EACH ? 1_000 : 1) + "}");
            }
            String body = "[" + String.join(",", bets) + "]";
            long sentMs = System.currentTimeMillis();
            while (!closed && !post(body)) {
                pause();
            }
            if (!closed) {
                acknowledged.put(user, sentMs);
            }
            pause();
        }
    }

    private boolean post(String body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(gateway.resolve("/api/v1/events"))
                    .timeout(ANSWER_LIMIT)
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 202;
        } catch (IOException e) {
            // What is being tried out: it is sent again.
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void pause() {
        LockSupport.parkNanos(INTERVAL.toNanos());
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        sender.join();
    }
}
