package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.util.List;

/** The compiled form of a {@link FraudPattern} about one user: a decision at each event, from the history before it. */
interface UserRule {

    Rule rule();

    /** How far this rule and {@code others} look back. */
    UserNeeds needs(UserNeeds others);

    /** Whether an event of this type can complete a match. */
    boolean looksAt(FraudEventType type);

    /**
     * The match that {@code event} completes, of several the one that began first; none where it completes none.
     *
     * @param before without {@code event}
     * @return first event to last
     */
    List<FraudEvent> match(FraudEvent event, UserHistory before);
}
