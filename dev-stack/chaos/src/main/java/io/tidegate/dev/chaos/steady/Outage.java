package io.tidegate.dev.chaos.steady;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What was heard of the broker's death. Seconds are from the death on, those of the end from when the broker was ready again.
 *
 * @param broker who was killed
 * @param fired by the name of each alert that was expected: when Prometheus had it firing; empty where it never did
 * @param told when Alertmanager had told the receiver that the instance is down
 * @param cleared when nothing was pending or fired any more
 * @param resolved when Alertmanager had told the receiver that the instance is back
 * @param others that fired meanwhile, and that nobody expected
 */
record Outage(
        String broker,
        List<Fired> fired,
        OptionalDouble told,
        OptionalDouble cleared,
        OptionalDouble resolved,
        List<SeenAlert> others) {

    /** Its process doesn't answer; what it led and followed has a replica less. */
    static final String DOWN = "InstanceDown";

    static final Set<String> EXPECTED = Set.of(DOWN, "KafkaUnderReplicated");

    record Fired(String alert, OptionalDouble seconds) {}

    Outage {
        fired = List.copyOf(fired);
        others = List.copyOf(others);
    }
}
