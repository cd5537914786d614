package io.tidegate.dev.demo;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the options of {@code scripts/demo} come to.
 *
 * @param home the repository: where {@code sql/}, {@code flink-conf/} and the gateway's build are
 * @param eventsPerSecond of the demo traffic; empty for none
 * @param fresh start from nothing
 * @param detectionTime {@code append} or {@code occurred}
 * @param rules thresholds of the detection rules; empty for the defaults
 */
record DemoSettings(
        Path home,
        Path data,
        boolean fresh,
        OptionalInt eventsPerSecond,
        Ports ports,
        String detectionTime,
        Optional<Path> rules) {

    DemoSettings {
        Objects.requireNonNull(home, "home");
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(ports, "ports");
        Objects.requireNonNull(rules, "rules");
        if (eventsPerSecond.isPresent() && (eventsPerSecond.getAsInt() < 1 || eventsPerSecond.getAsInt() > 100_000)) {
            throw new IllegalArgumentException(
                    "--traffic: a number from 1 to 100000 or none expected, got " + eventsPerSecond.getAsInt());
        }
        if (!detectionTime.equals("append") && !detectionTime.equals("occurred")) {
            throw new IllegalArgumentException("--detection-time: append or occurred expected, got " + detectionTime);
        }
    }

    DemoSettings withPorts(Ports value) {
        return new DemoSettings(home, data, fresh, eventsPerSecond, value, detectionTime, rules);
    }
}
