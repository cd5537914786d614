package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;

/**
 * What several users do to one subject: from any event on, each later event of a user not yet among them is taken, until they
 * are {@code users} in all.
 */
abstract class DistinctUsers extends FraudPattern {

    private static final long serialVersionUID = 1L;
    private static final String USERS = "users";

    private final int users;

    DistinctUsers(Rule rule) {
        super(rule);
        this.users = rule.count("users");
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

    private static final class NewUser extends IterativeCondition<SubjectEvent> {

        private static final long serialVersionUID = 1L;

        @Override
        public boolean filter(SubjectEvent event, Context<SubjectEvent> context) throws Exception {
            for (SubjectEvent taken : context.getEventsForPattern(USERS)) {
                if (taken.event().userId().equals(event.event().userId())) {
                    return false;
                }
            }
            return true;
        }
    }
}
