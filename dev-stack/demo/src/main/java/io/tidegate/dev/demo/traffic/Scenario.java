package io.tidegate.dev.demo.traffic;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * A story that trips one rule (or several), told with new names each time.
 *
 * @param name of the rule or notification that it is about
 * @param start within the cycle
 */
public record Scenario(String name, Duration start, Function<Cast, List<Step>> script) {

    /**
     * One event of the story.
     *
     * @param offset from the start of the scenario; steps are in this order
     */
    public record Step(Duration offset, TrafficEvent.Actor actor, TrafficEvent.Body body) {}

    /** Names that no other telling of the story uses: rules are silent about a subject for a while after an alert. */
    public static final class Cast {

        private static final String[] COUNTRIES = {"DE", "GB", "ES", "BR", "IN", "SE"};

        private final String tag;

        Cast(String tag) {
            this.tag = tag;
        }

        /** For example {@code chaser-9f3k2-4}. */
        public String name(String role) {
            return role + "-" + tag;
        }

        /** The n-th of many who play the same role, with a device of its own. */
        public TrafficEvent.Actor actor(String role, int n) {
            String user = name(role) + "-" + n;
            return new TrafficEvent.Actor(user, address(n), "device-" + user, COUNTRIES[n % COUNTRIES.length]);
        }

        /** From a range that is set aside for tests of networks, so never a real one. */
        private String address(int n) {
            return "198.18." + Math.floorMod(tag.hashCode(), 256) + "." + (1 + n % 250);
        }
    }
}
