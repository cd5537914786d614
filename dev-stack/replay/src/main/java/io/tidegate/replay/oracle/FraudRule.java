package io.tidegate.replay.oracle;

import java.util.List;

/** One detection rule, read by brute force. */
interface FraudRule {

    String id();

    /** Within how long a match must happen, and how long a subject is silent after an alert. */
    long windowMs();

    /** The subjects that an event counts for; empty where the rule doesn't look at it. */
    List<String> subjects(OracleEvent event);

    /**
     * The match that the last event completes, first to last; empty where it completes none.
     *
     * @param soFar all events of one subject in detection order, up to the one in question
     */
    List<OracleEvent> match(List<OracleEvent> soFar);
}
