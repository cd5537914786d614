package io.tidegate.dev.chaos.platform;

import java.util.List;

/**
 * An alert on the topic or in the table.
 *
 * @param place partition and offset, or the shard: for people
 * @param kind {@code fraud}, {@code surge}, {@code system}
 */
public record RaisedAlert(
        String place,
        String alertId,
        String kind,
        String ruleId,
        String subject,
        List<String> eventIds,
        long startedAtMs,
        long detectedAtMs) {

    public RaisedAlert {
        eventIds = List.copyOf(eventIds);
    }
}
