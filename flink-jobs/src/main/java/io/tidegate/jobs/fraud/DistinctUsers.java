package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;

/**
 * What several users do to one subject: from any event on, each later event of a user not yet among them is taken, until they
 * are {@code users} in all.
 */
abstract class DistinctUsers extends FraudPattern {

    private static final long serialVersionUID = 1L;
    private static final String USERS = "users";

    /**
     * How many events of one user about one subject may each begin a match in a window, see {@link MatchStarts}. Events of
     * different users need no limit: a match that they begin is soon complete.
     */
    private static final int FREE_EVENTS = 10;

    private final int users;

    DistinctUsers(Rule rule) {
        super(rule);
        this.users = rule.count("users");
    }

    @Override
    final Optional<KeyedProcessFunction<String, SubjectEvent, SubjectEvent>> preparation() {
        return Optional.of(new MatchStartLimit(rule().window(), FREE_EVENTS));
    }

    /** {@code times} is relaxed here: events of users already taken are passed over. */
    @Override
    final Pattern<SubjectEvent, ?> pattern() {
        return begin(USERS).where(new NewUser()).times(users).within(within());
    }

    @Override
    final int length() {
        return users;
    }

    /** How many users a match has. */
    final int users() {
        return users;
    }

    /** Whether it is the rule about subjects of events of this type. */
    abstract boolean looksAt(FraudEventType type);

    /** The match that {@code event} completes, first event to last; none where it completes none. */
    final List<FraudEvent> match(FraudEvent event, Crowd before) {
        if (!before.isCompletedBy(event, windowMs(), users)) {
            return List.of();
        }
        List<FraudEvent> match = new ArrayList<>(users);
        for (Crowd.Member member : before.members()) {
            match.add(event.earlierOf(member.userId(), member.eventId(), member.timeMs()));
        }
        match.add(event);
        return match;
    }

    private static final class NewUser extends IterativeCondition<SubjectEvent> {

        private static final long serialVersionUID = 1L;

        @Override
        public boolean filter(SubjectEvent event, Context<SubjectEvent> context) throws Exception {
            boolean first = true;
            for (SubjectEvent taken : context.getEventsForPattern(USERS)) {
                first = false;
                if (taken.event().userId().equals(event.event().userId())) {
                    return false;
                }
            }
            return !first || event.mayBegin();
        }
    }
}
