package io.tidegate.replay.oracle;

import java.util.List;

/**
 * An alert that a detection job must raise.
 *
 * @param subject a user id, {@code device:ID}, {@code post:POST|device:DEVICE} or {@code post:POST|ip:IP}
 * @param eventIds the matched events, first to last; the last one completed the match
 * @param startedAtMs time of the first matched event
 * @param detectedAtMs time of the completing event
 */
public record OracleAlert(String ruleId, String subject, List<String> eventIds, long startedAtMs, long detectedAtMs) {

    public OracleAlert {
        eventIds = List.copyOf(eventIds);
    }
}
