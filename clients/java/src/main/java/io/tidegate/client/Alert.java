package io.tidegate.client;

import java.time.Instant;
import java.util.List;

/**
 * Something that detection found.
 *
 * @param alertId the same for the same finding, however often it is raised
 * @param kind {@code fraud}, {@code surge} or {@code system}
 * @param ruleVersion of the rule when it fired
 * @param subject whom or what it is about: a user id, {@code device:ID}, {@code post:ID}, {@code game:ID}
 * @param severity {@code info}, {@code warning} or {@code critical}
 * @param message a sentence for people
 * @param eventIds the matched events in their order; empty for alerts over counts
 */
public record Alert(
        String alertId,
        String kind,
        String ruleId,
        long ruleVersion,
        String subject,
        String severity,
        String message,
        List<String> eventIds,
        Instant detectedAt)
        implements FeedMessage {

    public Alert {
        eventIds = List.copyOf(eventIds);
    }
}
