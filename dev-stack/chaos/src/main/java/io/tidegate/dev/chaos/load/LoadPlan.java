package io.tidegate.dev.chaos.load;

import io.tidegate.dev.demo.traffic.TrafficEvent;
import io.tidegate.dev.demo.traffic.TrafficModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What is sent when: a function of seed and rate. Time goes in steps, so that it doesn't matter how the machine keeps up; only
 * {@code occurredAt} depends on when the run began. Not thread-safe.
 *
 * <p>Most events go in batches, some alone. Of all events, one in thirty is sent a second time seconds or minutes later, one in
 * twenty happened a little earlier than it is sent; of all requests, one in fifteen isn't repeated when its outcome is in doubt.
 */
final class LoadPlan {

    static final Duration STEP = Duration.ofMillis(100);

    private static final int LARGEST_BATCH = 2_000;
    private static final int ONE_IN_SINGLE_STEPS = 3;
    private static final int ONE_IN_REPEATED = 30;
    private static final int ONE_IN_EARLIER = 20;
    private static final int EARLIER_AT_MOST_MS = 90_000;
    private static final int ONE_IN_LEFT = 15;
    /** Repeats are of the latest so many events: about five minutes at 350 a second. */
    private static final int REMEMBERED = 100_000;

    private final TrafficModel model;
    private final SplittableRandom random;
    private final int eventsPerSecond;
    private final List<TrafficEvent> past = new ArrayList<>();
    private long steps;
    private long made;
    private long requests;
    private long remembered;

    /**
     * @param run makes the ids unlike those of other runs
     * @param startMs epoch milliseconds of the first step
     * @param eventsPerSecond without the repeats
     */
    LoadPlan(long seed, String run, long startMs, int eventsPerSecond) {
        this.model = new TrafficModel(seed, run, startMs, eventsPerSecond, Stories.ALL, Stories.CYCLE);
        this.random = new SplittableRandom(seed ^ 0x6c6f6164);
        this.eventsPerSecond = eventsPerSecond;
    }

    /** The requests of the next step, in their order. */
    List<PlannedRequest> nextStep() {
        Duration elapsed = STEP.multipliedBy(steps++);
        long due = STEP.toMillis() * steps * eventsPerSecond / 1_000 - made;
        made += due;
        List<TrafficEvent> events = new ArrayList<>();
        for (TrafficEvent event : model.next(elapsed, (int) due)) {
            TrafficEvent sent = random.nextInt(ONE_IN_EARLIER) == 0 ? earlier(event) : event;
            events.add(sent);
            remember(sent);
            if (random.nextInt(ONE_IN_REPEATED) == 0) {
                events.add(past.get(random.nextInt(past.size())));
            }
        }
        List<PlannedRequest> planned = new ArrayList<>();
        if (!events.isEmpty() && random.nextInt(ONE_IN_SINGLE_STEPS) == 0) {
            planned.add(request(List.of(events.remove(0)), true));
        }
        for (int from = 0; from < events.size(); from += LARGEST_BATCH) {
            planned.add(request(events.subList(from, Math.min(from + LARGEST_BATCH, events.size())), false));
        }
        return planned;
    }

    private PlannedRequest request(List<TrafficEvent> events, boolean single) {
        return new PlannedRequest(++requests, events, single, random.nextInt(ONE_IN_LEFT) != 0);
    }

    private TrafficEvent earlier(TrafficEvent event) {
        return new TrafficEvent(
                event.eventId(),
                event.occurredAtMs() - 1 - random.nextInt(EARLIER_AT_MOST_MS),
                event.actor(),
                event.body());
    }

    private void remember(TrafficEvent event) {
        if (past.size() < REMEMBERED) {
            past.add(event);
        } else {
            past.set((int) (remembered++ % REMEMBERED), event);
        }
    }
}
