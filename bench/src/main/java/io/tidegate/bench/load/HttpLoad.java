package io.tidegate.bench.load;

import io.tidegate.bench.process.Commands;
import io.tidegate.bench.workload.BetEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Posts bets, in a process of its own. Its commands:
 *
 * <ul>
 *   <li>{@code closed REQUESTS}: as fast as they are answered, each connection one after the other. Answers with the nanoseconds that it took.
 *   <li>{@code open RATE SECONDS}: so many requests a second, whatever the answers do. The time of a request runs from when it was due, so
 *       that one that had to wait for the one before is as late as it is. Answers with p50, p95, p99 and the greatest, in microseconds.
 * </ul>
 *
 * Arguments: port, path, token, connections, events a request, distinct requests, users, padding, the first event's time. The requests are
 * sent in turn, and from the first one for each command.
 */
public final class HttpLoad {

    private static final int LONGEST_SECONDS = 60;

    private final List<byte[]> requests;
    private final List<HttpConnection> connections;
    private final ExecutorService threads;

    private HttpLoad(List<byte[]> requests, List<HttpConnection> connections) {
        this.requests = requests;
        this.connections = connections;
        this.threads = Executors.newFixedThreadPool(connections.size());
    }

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        int events = Integer.parseInt(args[4]);
        BetEvents bets = new BetEvents(Integer.parseInt(args[6]), Integer.parseInt(args[7]), Long.parseLong(args[8]));
        List<byte[]> requests = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[5]); i++) {
            requests.add(HttpConnection.post(port, args[1], args[2], body(bets, i * events, events)));
        }
        List<HttpConnection> connections = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[3]); i++) {
            connections.add(new HttpConnection(port));
        }
        HttpLoad load = new HttpLoad(requests, connections);
        Commands.obey(words -> switch (words[0]) {
            case "closed" -> String.valueOf(load.closed(Integer.parseInt(words[1])));
            case "open" -> told(load.open(Integer.parseInt(words[1]), Integer.parseInt(words[2])));
            default -> throw new IllegalArgumentException("unknown: " + words[0]);
        });
    }

    private static String body(BetEvents bets, int from, int count) {
        return count == 1
                ? bets.json(from)
                : IntStream.range(from, from + count).mapToObj(bets::json).collect(Collectors.joining(",", "[", "]"));
    }

    private long closed(int total) {
        AtomicInteger next = new AtomicInteger();
        long start = System.nanoTime();
        onEachConnection(connection -> {
            for (int i = next.getAndIncrement(); i < total; i = next.getAndIncrement()) {
                connection.exchange(requests.get(i % requests.size()));
            }
        });
        return System.nanoTime() - start;
    }

    private Histogram open(int rate, int seconds) {
        Histogram latencies = histogram();
        AtomicInteger next = new AtomicInteger();
        long start = System.nanoTime();
        long pause = TimeUnit.SECONDS.toNanos(1) / rate;
        onEachConnection(connection -> {
            for (int i = next.getAndIncrement(); i < rate * seconds; i = next.getAndIncrement()) {
                long due = start + i * pause;
                awaitTime(due);
                connection.exchange(requests.get(i % requests.size()));
                latencies.recordValue(Math.min(latencies.getHighestTrackableValue(), System.nanoTime() - due));
            }
        });
        return latencies;
    }

    static Histogram histogram() {
        return new ConcurrentHistogram(TimeUnit.SECONDS.toNanos(LONGEST_SECONDS), 3);
    }

    /** Returns at once where it has passed. */
    static void awaitTime(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    static String told(Histogram latencies) {
        return IntStream.of(50, 95, 99, 100)
                .mapToObj(percentile -> String.valueOf(latencies.getValueAtPercentile(percentile) / 1_000))
                .collect(Collectors.joining(" "));
    }

    private interface Work {
        void on(HttpConnection connection) throws Exception;
    }

    private void onEachConnection(Work work) {
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (HttpConnection connection : connections) {
            running.add(CompletableFuture.runAsync(
                    () -> {
                        try {
                            work.on(connection);
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    threads));
        }
        CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new)).join();
    }
}
