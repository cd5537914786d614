package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Money in and out again, hardly played with: a deposit, then a withdrawal of at least {@code withdrawnShare} of it, and bets
 * between the two of less than {@code wageredShare} of it.
 */
final class DepositCycle extends FraudPattern implements UserRule {

    static final String ID = "deposit-cycle";

    private static final long serialVersionUID = 1L;
    private static final String DEPOSIT = "deposit";

    private final BigDecimal withdrawnShare;
    private final BigDecimal wageredShare;
    private final long withdrawnShareE4;
    private final long wageredShareE4;

    DepositCycle(Rule rule) {
        super(rule);
        this.withdrawnShare = rule.threshold("withdrawnShare");
        this.wageredShare = rule.threshold("wageredShare");
        this.withdrawnShareE4 = tenThousandths("withdrawnShare");
        this.wageredShareE4 = tenThousandths("wageredShare");
    }

    @Override
    void subjects(FraudEvent event, Collector<SubjectEvent> out) {
        switch (event.type()) {
            case BET, DEPOSIT, WITHDRAWAL -> out.collect(SubjectEvent.ofUser(event));
            default -> {
                // No money moves.
            }
        }
    }

    /** Bets end there: what CEP gets is deposits, and withdrawals that have a deposit before them. */
    @Override
    Optional<KeyedProcessFunction<String, SubjectEvent, SubjectEvent>> preparation() {
        return Optional.of(new WageredSinceDeposit(rule().window()));
    }

    /** {@code followedByAny}: a deposit is tried against every later withdrawal, not only against the first that fits. */
    @Override
    Pattern<SubjectEvent, ?> pattern() {
        return begin(DEPOSIT)
                .where(SimpleCondition.of(money -> money.event().type() == FraudEventType.DEPOSIT))
                .followedByAny("withdrawal")
                .where(new TakesItBack(withdrawnShare, wageredShare))
                .within(within());
    }

    @Override
    int length() {
        return 2;
    }

    @Override
    public UserNeeds needs(UserNeeds others) {
        return others.withDeposits(windowMs());
    }

    @Override
    public boolean looksAt(FraudEventType type) {
        return type == FraudEventType.WITHDRAWAL;
    }

    @Override
    public List<FraudEvent> match(FraudEvent withdrawal, UserHistory before) {
        Deposits deposits = before.deposits();
        for (int i = 0; i < deposits.size(); i++) {
            if (isWithin(deposits.timeMs(i), withdrawal)
                    && Exact.atLeast(withdrawal.amountE4(), withdrawnShareE4, deposits.amountE4(i))
                    && !Exact.atLeast(deposits.wageredSinceE4(i), wageredShareE4, deposits.amountE4(i))) {
                return List.of(
                        withdrawal.earlier(
                                FraudEventType.DEPOSIT,
                                deposits.id(i),
                                deposits.timeMs(i),
                                deposits.amountE4(i),
                                "",
                                ""),
                        withdrawal);
            }
        }
        return List.of();
    }

    @Override
    String message(String subject, List<FraudEvent> match) {
        return "User " + subject + " deposited " + FraudText.amount(match.get(0).amountE4()) + " and withdrew "
                + FraudText.amount(match.get(1).amountE4()) + " " + FraudText.elapsed(match)
                + " later, having bet less than " + percent(wageredShare) + " of it.";
    }

    private static String percent(BigDecimal share) {
        return share.movePointRight(2).stripTrailingZeros().toPlainString() + "%";
    }

    private static final class TakesItBack extends IterativeCondition<SubjectEvent> {

        private static final long serialVersionUID = 1L;

        private final BigDecimal withdrawnShare;
        private final BigDecimal wageredShare;

        TakesItBack(BigDecimal withdrawnShare, BigDecimal wageredShare) {
            this.withdrawnShare = withdrawnShare;
            this.wageredShare = wageredShare;
        }

        @Override
        public boolean filter(SubjectEvent withdrawal, Context<SubjectEvent> context) throws Exception {
            if (withdrawal.event().type() != FraudEventType.WITHDRAWAL) {
                return false;
            }
            for (SubjectEvent deposit : context.getEventsForPattern(DEPOSIT)) {
                BigDecimal deposited = BigDecimal.valueOf(deposit.event().amountE4());
                BigDecimal withdrawn = BigDecimal.valueOf(withdrawal.event().amountE4());
                BigDecimal wagered = BigDecimal.valueOf(withdrawal.wageredBeforeE4() - deposit.wageredBeforeE4());
                return withdrawn.compareTo(withdrawnShare.multiply(deposited)) >= 0
                        && wagered.compareTo(wageredShare.multiply(deposited)) < 0;
            }
            return false;
        }
    }
}
