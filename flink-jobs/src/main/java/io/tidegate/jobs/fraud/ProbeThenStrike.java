package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.math.BigDecimal;
import java.util.List;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.util.Collector;

/** {@code probes} bets in a row, and right after them one of at least {@code factor} times their average: a card being tried. */
final class ProbeThenStrike extends FraudPattern implements UserRule {

    static final String ID = "probe-then-strike";

    private static final long serialVersionUID = 1L;
    private static final String PROBES = "probes";

    private final int probes;
    private final BigDecimal factor;
    private final long factorE4;

    ProbeThenStrike(Rule rule) {
        super(rule);
        this.probes = rule.count("probes");
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
    public UserNeeds needs(UserNeeds others) {
        return others.withBets(probes, windowMs());
    }

    @Override
    public boolean looksAt(FraudEventType type) {
        return type == FraudEventType.BET;
    }

    /** Adds the probes up from the latest on, and ends as soon as they are too much: for most bets that is the first one. */
    @Override
    public List<FraudEvent> match(FraudEvent bet, UserHistory before) {
        EventRing earlier = before.bets();
        int first = earlier.size() - probes;
        if (first < 0 || !isWithin(earlier.timeMs(first), bet)) {
            return List.of();
        }
        Exact.Sum limit = Exact.Sum.ofProduct(bet.amountE4(), probes * Exact.ONE_E4);
        Exact.Sum sum = new Exact.Sum();
        for (int i = earlier.size() - 1; i >= first; i--) {
            sum.addProduct(earlier.number(i), factorE4);
            if (sum.compareTo(limit) > 0) {
                return List.of();
            }
        }
        return withEarlierBets(bet, before, probes);
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
