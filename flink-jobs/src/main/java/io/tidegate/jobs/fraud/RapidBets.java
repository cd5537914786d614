package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.util.List;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** The user's last {@code bets} bets all within the window: faster than a person bets. */
final class RapidBets extends FraudPattern {

    static final String ID = "rapid-bets";

    private static final long serialVersionUID = 1L;

    private final int bets;

    RapidBets(Rule rule) {
        super(rule);
        this.bets = rule.count("bets");
    }

    @Override
    SingleOutputStreamOperator<SubjectEvent> observe(DataStream<FraudEvent> events) {
        return pick(events, (event, out) -> {
            if (event.type() == FraudEventType.BET) {
                out.collect(SubjectEvent.ofUser(event));
            }
        });
    }

    @Override
    Pattern<SubjectEvent, ?> pattern() {
        return begin("bets").times(bets).consecutive().within(within());
    }

    @Override
    int length() {
        return bets;
    }

    @Override
    String message(String subject, List<FraudEvent> match) {
        return "User " + subject + " placed " + match.size() + " bets within " + FraudText.elapsed(match) + ", "
                + FraudText.sum(match) + " in all.";
    }
}
