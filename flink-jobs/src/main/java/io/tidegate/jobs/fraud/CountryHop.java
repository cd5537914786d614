package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.util.List;
import java.util.Optional;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Logins of a user from two countries, closer in time than anybody travels. Logins without a country don't count. */
final class CountryHop extends FraudPattern implements UserRule {

    static final String ID = "country-hop";

    private static final long serialVersionUID = 1L;
    private static final String FROM = "from";

    /** How many logins of a user in a window may each begin a match, see {@link MatchStarts}. */
    private static final int FREE_LOGINS = 50;

    CountryHop(Rule rule) {
        super(rule);
    }

    @Override
    void subjects(FraudEvent event, Collector<SubjectEvent> out) {
        if (event.type() == FraudEventType.LOGIN && !event.country().isEmpty()) {
            out.collect(SubjectEvent.ofUser(event));
        }
    }

    @Override
    Optional<KeyedProcessFunction<String, SubjectEvent, SubjectEvent>> preparation() {
        return Optional.of(new MatchStartLimit(rule().window(), FREE_LOGINS));
    }

    /** {@code followedByAny}: a login that has found its partner is still the earlier one of later logins. */
    @Override
    Pattern<SubjectEvent, ?> pattern() {
        return begin(FROM)
                .where(SimpleCondition.of(SubjectEvent::mayBegin))
                .followedByAny("to")
                .where(new Elsewhere())
                .within(within());
    }

    @Override
    int length() {
        return 2;
    }

    @Override
    public UserNeeds needs(UserNeeds others) {
        return others.withLogins(windowMs());
    }

    @Override
    public boolean looksAt(FraudEventType type) {
        return type == FraudEventType.LOGIN;
    }

    @Override
    public List<FraudEvent> match(FraudEvent login, UserHistory before) {
        long sinceMs = login.timeMs() - windowMs();
        if (!before.logins().anyElsewhere(login.country(), sinceMs)) {
            return List.of();
        }
        Logins.Login from = before.logins().earliestElsewhere(login.country(), sinceMs);
        return List.of(
                login.earlier(FraudEventType.LOGIN, from.eventId(), from.timeMs(), 0, "", from.country()), login);
    }

    @Override
    String message(String subject, List<FraudEvent> match) {
        return "User " + subject + " logged in from " + match.get(0).country() + " and " + FraudText.elapsed(match)
                + " later from " + match.get(1).country() + ".";
    }

    private static final class Elsewhere extends IterativeCondition<SubjectEvent> {

        private static final long serialVersionUID = 1L;

        @Override
        public boolean filter(SubjectEvent login, Context<SubjectEvent> context) throws Exception {
            for (SubjectEvent from : context.getEventsForPattern(FROM)) {
                return !from.event().country().equals(login.event().country());
            }
            return false;
        }
    }
}
