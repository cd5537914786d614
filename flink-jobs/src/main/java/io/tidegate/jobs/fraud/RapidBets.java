package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.util.List;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.util.Collector;

/** The user's last {@code bets} bets all within the window: faster than a person bets. */
final class RapidBets extends FraudPattern implements UserRule {

    static final String ID = "rapid-bets";

    private static final long serialVersionUID = 1L;

    private final int bets;

    RapidBets(Rule rule) {
        super(rule);
        this.bets = rule.count("bets");
    }

    @Override
    void subjects(FraudEvent event, Collector<SubjectEvent> out) {
        if (event.type() == FraudEventType.BET) {
            out.collect(SubjectEvent.ofUser(event));
        }
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
    public UserNeeds needs(UserNeeds others) {
        return others.withBets(bets - 1, windowMs());
    }

    @Override
    public boolean looksAt(FraudEventType type) {
        return type == FraudEventType.BET;
    }

    @Override
    public List<FraudEvent> match(FraudEvent bet, UserHistory before) {
        EventRing earlier = before.bets();
        int first = earlier.size() - (bets - 1);
        return first >= 0 && isWithin(earlier.timeMs(first), bet) ? withEarlierBets(bet, before, bets - 1) : List.of();
    }

    @Override
    String message(String subject, List<FraudEvent> match) {
        return "User " + subject + " placed " + match.size() + " bets within " + FraudText.elapsed(match) + ", "
                + FraudText.sum(match) + " in all.";
    }
}
