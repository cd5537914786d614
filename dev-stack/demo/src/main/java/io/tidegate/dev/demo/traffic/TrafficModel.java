package io.tidegate.dev.demo.traffic;

import io.tidegate.dev.demo.traffic.Scenario.Cast;
import io.tidegate.dev.demo.traffic.Scenario.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * What happens when. The same seed, run and sequence of calls give the same events. Not thread-safe.
 *
 * <p>Scenarios come first, background traffic fills the rest of the rate. From about ten events a second on every scenario
 * fits; below that they are stretched and may miss their rule.
 */
public final class TrafficModel {

    private final String run;
    private final long startMs;
    private final List<Scenario> scenarios;
    private final Duration cycle;
    private final Background background;
    private final PriorityQueue<Due> scheduled =
            new PriorityQueue<>(Comparator.comparing(Due::at).thenComparing(Due::order));
    private int cycles;
    private long order;
    private long events;

    /**
     * @param run makes every id of this run unlike those of others
     * @param startMs epoch milliseconds that elapsed times count from
     */
    TrafficModel(long seed, String run, long startMs, int eventsPerSecond) {
        this(seed, run, startMs, eventsPerSecond, Scenarios.ALL, Scenarios.CYCLE);
    }

    /**
     * With other scenarios than the demo's.
     *
     * @param cycle after which all scenarios begin once more, with new names; one that takes longer overlaps with its next telling
     */
    public TrafficModel(
            long seed, String run, long startMs, int eventsPerSecond, List<Scenario> scenarios, Duration cycle) {
        this.run = run;
        this.startMs = startMs;
        this.scenarios = List.copyOf(scenarios);
        this.cycle = cycle;
        this.background = new Background(new SplittableRandom(seed), run, eventsPerSecond);
    }

    /**
     * The next events, in the order in which they happen.
     *
     * @param elapsed since the start; never less than in the call before
     * @param count how many
     */
    public List<TrafficEvent> next(Duration elapsed, int count) {
        while (cycle.multipliedBy(cycles).compareTo(elapsed) <= 0) {
            schedule(cycles++);
        }
        long nowMs = startMs + elapsed.toMillis();
        List<TrafficEvent> next = new ArrayList<>(count);
        while (next.size() < count) {
            Due due = scheduled.peek();
            if (due != null && due.at().compareTo(elapsed) <= 0) {
                scheduled.remove();
                next.add(event(nowMs, due.step().actor(), due.step().body()));
            } else {
                Background.Act act = background.next(nowMs);
                next.add(event(nowMs, act.actor(), act.body()));
            }
        }
        return next;
    }

    private void schedule(int number) {
        Duration start = cycle.multipliedBy(number);
        for (Scenario scenario : scenarios) {
            for (Step step : scenario.script().apply(new Cast(run + "-" + number))) {
                scheduled.add(new Due(start.plus(scenario.start()).plus(step.offset()), order++, step));
            }
        }
    }

    private TrafficEvent event(long nowMs, TrafficEvent.Actor actor, TrafficEvent.Body body) {
        return new TrafficEvent("e" + run + "-" + ++events, nowMs, actor, body);
    }

    private record Due(Duration at, long order, Step step) {}
}
