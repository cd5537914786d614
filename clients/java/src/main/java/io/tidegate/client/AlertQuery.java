package io.tidegate.client;

import java.time.Instant;
import java.util.Optional;

/**
 * Which alerts to ask for.
 *
 * @param from inclusive; by default 24 hours before {@code to}
 * @param to exclusive; by default now
 * @param limit of a page, 1 to 1000
 * @param cursor of the page before
 */
public record AlertQuery(
        Optional<Instant> from,
        Optional<Instant> to,
        Optional<String> rule,
        Optional<String> subject,
        int limit,
        Optional<String> cursor) {

    /** The newest of the last 24 hours. */
    public static final AlertQuery NEWEST = new AlertQuery(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), 100, Optional.empty());

    public AlertQuery between(Instant first, Instant end) {
        return new AlertQuery(Optional.of(first), Optional.of(end), rule, subject, limit, cursor);
    }

    public AlertQuery ofRule(String ruleId) {
        return new AlertQuery(from, to, Optional.of(ruleId), subject, limit, cursor);
    }

    public AlertQuery about(String whom) {
        return new AlertQuery(from, to, rule, Optional.of(whom), limit, cursor);
    }

    public AlertQuery withLimit(int rows) {
        return new AlertQuery(from, to, rule, subject, rows, cursor);
    }

    public AlertQuery after(String place) {
        return new AlertQuery(from, to, rule, subject, limit, Optional.of(place));
    }
}
