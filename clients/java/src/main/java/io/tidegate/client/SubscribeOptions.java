package io.tidegate.client;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * @param cursor where to go on, from {@link Subscription#cursor()} of an earlier run; empty: from now on
 * @param severities only alerts of these; empty: all
 * @param rules only alerts of these rules; empty: all
 * @param subjects only alerts about these; empty: all
 * @param heartbeat how often a silent connection is tested; one that doesn't answer within this time is given up
 * @param maxBackoff longest wait before the next attempt to connect
 */
public record SubscribeOptions(
        Optional<String> cursor,
        Set<String> severities,
        Set<String> rules,
        Set<String> subjects,
        Duration heartbeat,
        Duration maxBackoff) {

    public static final SubscribeOptions DEFAULT = new SubscribeOptions(
            Optional.empty(), Set.of(), Set.of(), Set.of(), Duration.ofSeconds(20), Duration.ofSeconds(30));

    public SubscribeOptions {
        severities = Set.copyOf(severities);
        rules = Set.copyOf(rules);
        subjects = Set.copyOf(subjects);
    }

    public SubscribeOptions from(String place) {
        return new SubscribeOptions(Optional.of(place), severities, rules, subjects, heartbeat, maxBackoff);
    }

    public SubscribeOptions severity(String... values) {
        return new SubscribeOptions(cursor, Set.of(values), rules, subjects, heartbeat, maxBackoff);
    }

    public SubscribeOptions rule(String... values) {
        return new SubscribeOptions(cursor, severities, Set.of(values), subjects, heartbeat, maxBackoff);
    }

    public SubscribeOptions subject(String... values) {
        return new SubscribeOptions(cursor, severities, rules, Set.of(values), heartbeat, maxBackoff);
    }

    public SubscribeOptions withHeartbeat(Duration value) {
        return new SubscribeOptions(cursor, severities, rules, subjects, value, maxBackoff);
    }

    public SubscribeOptions withMaxBackoff(Duration value) {
        return new SubscribeOptions(cursor, severities, rules, subjects, heartbeat, value);
    }

    boolean hasFilter() {
        return !severities.isEmpty() || !rules.isEmpty() || !subjects.isEmpty();
    }
}
