package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.util.Collector;

/** The user's last {@code bets} bets, each at least {@code factor} times the one before: chasing losses, or draining a card. */
final class BetEscalation extends FraudPattern implements UserRule {

    static final String ID = "bet-escalation";

    private static final long serialVersionUID = 1L;
    private static final String BETS = "bets";

    private final int bets;
    private final BigDecimal factor;
    private final long factorE4;

    BetEscalation(Rule rule) {
        super(rule);
        this.bets = rule.count("bets");
        this.factor = rule.threshold("factor");
        this.factorE4 = tenThousandths("factor");
    }

    @Override
    void subjects(FraudEvent event, Collector<SubjectEvent> out) {
        if (event.type() == FraudEventType.BET) {
            out.collect(SubjectEvent.ofUser(event));
        }
    }

    @Override
    Pattern<SubjectEvent, ?> pattern() {
        return begin(BETS)
                .where(new Escalates(factor))
                .times(bets)
                .consecutive()
                .within(within());
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

    /** Nearly always ends at the first bet that it looks back at, and never looks at more than a match has. */
    @Override
    public List<FraudEvent> match(FraudEvent bet, UserHistory before) {
        EventRing earlier = before.bets();
        int first = earlier.size() - (bets - 1);
        if (first < 0 || !isWithin(earlier.timeMs(first), bet)) {
            return List.of();
        }
        long next = bet.amountE4();
        for (int i = earlier.size() - 1; i >= first; i--) {
            long amount = earlier.number(i);
            if (!Exact.atLeast(next, factorE4, amount)) {
                return List.of();
            }
            next = amount;
        }
        return withEarlierBets(bet, before, bets - 1);
    }

    @Override
    String message(String subject, List<FraudEvent> match) {
        String amounts =
                match.stream().map(bet -> FraudText.amount(bet.amountE4())).collect(Collectors.joining(", "));
        return "User " + subject + " placed " + match.size() + " bets in a row, each at least "
                + factor.stripTrailingZeros().toPlainString() + " times the one before, within "
                + FraudText.elapsed(match) + ": " + amounts + ".";
    }

    /** The first bet of a match, or one of at least {@code factor} times the bet before. */
    private static final class Escalates extends IterativeCondition<SubjectEvent> {

        private static final long serialVersionUID = 1L;

        private final BigDecimal factor;

        Escalates(BigDecimal factor) {
            this.factor = factor;
        }

        @Override
        public boolean filter(SubjectEvent bet, Context<SubjectEvent> context) throws Exception {
            SubjectEvent before = null;
            for (SubjectEvent earlier : context.getEventsForPattern(BETS)) {
                before = earlier;
            }
            return before == null
                    || BigDecimal.valueOf(bet.event().amountE4())
                                    .compareTo(factor.multiply(
                                            BigDecimal.valueOf(before.event().amountE4())))
                            >= 0;
        }
    }
}
