package io.tidegate.dev.chaos.load;

import io.tidegate.dev.demo.traffic.TrafficEvent;
import java.util.List;

/**
 * A request of the load.
 *
 * @param number from 1 on
 * @param events at least one
 * @param single as one object instead of an array; then there is one event
 * @param repeated until the platform has answered for good; otherwise it is left at the first attempt, whatever came of it
 */
record PlannedRequest(long number, List<TrafficEvent> events, boolean single, boolean repeated) {

    PlannedRequest {
        events = List.copyOf(events);
        if (events.isEmpty() || single && events.size() > 1) {
            throw new IllegalArgumentException("events: " + events.size() + (single ? " in one object" : ""));
        }
    }
}
