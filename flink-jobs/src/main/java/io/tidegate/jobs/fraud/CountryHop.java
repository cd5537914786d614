package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.util.List;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** Logins of a user from two countries, closer in time than anybody travels. Logins without a country don't count. */
final class CountryHop extends FraudPattern {

    static final String ID = "country-hop";

    private static final long serialVersionUID = 1L;
    private static final String FROM = "from";

    CountryHop(Rule rule) {
        super(rule);
    }

    @Override
    SingleOutputStreamOperator<SubjectEvent> observe(DataStream<FraudEvent> events) {
        return pick(events, (event, out) -> {
            if (event.type() == FraudEventType.LOGIN && !event.country().isEmpty()) {
                out.collect(SubjectEvent.ofUser(event));
            }
        });
    }

    /** {@code followedByAny}: a login that has found its partner is still the earlier one of later logins. */
    @Override
    Pattern<SubjectEvent, ?> pattern() {
        return begin(FROM).followedByAny("to").where(new Elsewhere()).within(within());
    }

    @Override
    int length() {
        return 2;
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
