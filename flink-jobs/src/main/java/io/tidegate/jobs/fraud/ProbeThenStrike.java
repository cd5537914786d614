package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.math.BigDecimal;
import java.util.List;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.util.Collector;

/** {@code probes} bets in a row, and right after them one of at least {@code factor} times their average: a card being tried. */
final class ProbeThenStrike extends FraudPattern {

    static final String ID = "probe-then-strike";

    private static final long serialVersionUID = 1L;
    private static final String PROBES = "probes";

    private final int probes;
    private final BigDecimal factor;

    ProbeThenStrike(Rule rule) {
        super(rule);
        this.probes = rule.count("probes");
        this.factor = rule.threshold("factor");
    }

    @Override
    void subjects(FraudEvent event, Collector<SubjectEvent> out) {
        if (event.type() == FraudEventType.BET) {
            out.collect(SubjectEvent.ofUser(event));
        }
    }

    @Override
    Pattern<SubjectEvent, ?> pattern() {
        return begin(PROBES)
                .times(probes)
                .consecutive()
                .next("strike")
                .where(new Strikes(factor))
                .within(within());
    }

    @Override
    int length() {
        return probes + 1;
    }

    @Override
    String message(String subject, List<FraudEvent> match) {
        List<FraudEvent> probing = match.subList(0, probes);
        FraudEvent strike = match.get(probes);
        return "User " + subject + " placed " + (probes == 1 ? "a bet" : probes + " bets") + " of "
                + FraudText.sum(probing) + " in all and then one of " + FraudText.amount(strike.amountE4())
                + ", at least " + factor.stripTrailingZeros().toPlainString() + " times their average, within "
                + FraudText.elapsed(match) + ".";
    }

    /** At least {@code factor} times the average of the probes, without dividing. */
    private static final class Strikes extends IterativeCondition<SubjectEvent> {

        private static final long serialVersionUID = 1L;

        private final BigDecimal factor;

        Strikes(BigDecimal factor) {
            this.factor = factor;
        }

        @Override
        public boolean filter(SubjectEvent bet, Context<SubjectEvent> context) throws Exception {
            BigDecimal sum = BigDecimal.ZERO;
            int count = 0;
            for (SubjectEvent probe : context.getEventsForPattern(PROBES)) {
                sum = sum.add(BigDecimal.valueOf(probe.event().amountE4()));
                count++;
            }
            BigDecimal strike = BigDecimal.valueOf(bet.event().amountE4()).multiply(BigDecimal.valueOf(count));
            return strike.compareTo(factor.multiply(sum)) >= 0;
        }
    }
}
