package io.tidegate.dev.demo.traffic;

import io.tidegate.dev.demo.auth.TokenIssuer;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a {@link TrafficModel}'s events through the gateway at a fixed rate, whatever the gateway does (open loop): it doesn't
 * slow down when answers are slow. What a gateway that is away for long can't take is dropped and counted, so memory stays
 * bounded. It ends only by {@link #stop}.
 */
public final class Traffic {

    private static final Logger LOG = LoggerFactory.getLogger(Traffic.class);
    private static final Duration TICK = Duration.ofMillis(50);
    private static final Duration REPORT_INTERVAL = Duration.ofMinutes(1);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);
    /** After a pause of the machine the missed events aren't made up for beyond this. */
    private static final Duration LONGEST_CATCH_UP = Duration.ofSeconds(1);
    /** Of these each has one request under way, and a user's events always take the same one: their order is kept. */
    private static final int LANES = 4;

    private final TrafficModel model;
    private final int eventsPerSecond;
    private final List<Lane> lanes = new ArrayList<>();
    private final TrafficStats stats = new TrafficStats();
    private final ScheduledExecutorService clock;
    private final long startNanos;
    private long generated;

    private Traffic(TrafficModel model, URI target, BearerToken token, int eventsPerSecond) {
        this.model = model;
        this.eventsPerSecond = eventsPerSecond;
        this.clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "traffic");
            thread.setDaemon(true);
            return thread;
        });
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
        for (int i = 0; i < LANES; i++) {
            lanes.add(new Lane(http, target, token, stats, clock));
        }
        this.startNanos = System.nanoTime();
    }

    /**
     * @param target {@code POST /api/v1/events} of the gateway
     * @param tokens signs what the gateway wants to see
     */
    public static Traffic start(URI target, TokenIssuer tokens, int eventsPerSecond) {
        long now = System.currentTimeMillis();
        // The ids of one run must not meet those of another: the platform would take them for repeats.
        String run = Long.toString(now / 1_000, 36);
        return start(
                target, new BearerToken(tokens), new TrafficModel(now, run, now, eventsPerSecond), eventsPerSecond);
    }

    static Traffic start(URI target, BearerToken token, TrafficModel model, int eventsPerSecond) {
        Traffic traffic = new Traffic(model, target, token, eventsPerSecond);
        traffic.clock.scheduleAtFixedRate(traffic::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
        traffic.clock.scheduleAtFixedRate(
                () -> LOG.info("{}", traffic.stats),
                REPORT_INTERVAL.toSeconds(),
                REPORT_INTERVAL.toSeconds(),
                TimeUnit.SECONDS);
        return traffic;
    }

    /** Makes no more events and waits shortly for the answers to those under way. */
    public void stop() {
        clock.shutdown();
        lanes.forEach(Lane::stop);
        long deadline = System.nanoTime() + LAST_ANSWERS.toNanos();
        for (Lane lane : lanes) {
            lane.awaitIdle(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
        LOG.info("Stopped: {}", stats);
    }

    TrafficStats stats() {
        return stats;
    }

    private void tick() {
        try {
            Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
            long due = elapsed.toMillis() * eventsPerSecond / 1_000 - generated;
            long atMost = Math.max(1, LONGEST_CATCH_UP.toMillis() * eventsPerSecond / 1_000);
            if (due > atMost) {
                stats.missed(due - atMost);
                generated += due - atMost;
                due = atMost;
            }
            generated += due;
            for (TrafficEvent event : model.next(elapsed, (int) due)) {
                lanes.get(Math.floorMod(event.actor().userId().hashCode(), LANES))
                        .add(event);
            }
            lanes.forEach(Lane::send);
        } catch (RuntimeException e) {
            // A scheduled task that throws is never run again, and the traffic must not die.
            LOG.error("A tick failed", e);
        }
    }
}
