package io.tidegate.jobs.fraud;

import io.tidegate.jobs.Uids;
import io.tidegate.jobs.rules.Rule;
import java.math.BigDecimal;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Money in and out again, hardly played with: a deposit, then a withdrawal of at least {@code withdrawnShare} of it, and bets
 * between the two of less than {@code wageredShare} of it.
 */
final class DepositCycle extends FraudPattern {

    static final String ID = "deposit-cycle";

    private static final long serialVersionUID = 1L;
    private static final String DEPOSIT = "deposit";

    private final BigDecimal withdrawnShare;
    private final BigDecimal wageredShare;

    DepositCycle(Rule rule) {
        super(rule);
        this.withdrawnShare = rule.threshold("withdrawnShare");
        this.wageredShare = rule.threshold("wageredShare");
    }

    /** Bets end here: what CEP gets is deposits, and withdrawals that have a deposit before them. */
    @Override
    SingleOutputStreamOperator<SubjectEvent> observe(DataStream<FraudEvent> events) {
        boolean enabled = rule().enabled();
        return events.filter(event -> enabled
                        && (event.type() == FraudEventType.BET
                                || event.type() == FraudEventType.DEPOSIT
                                || event.type() == FraudEventType.WITHDRAWAL))
                .name("money of " + ID)
                .uid(Uids.Fraud.MONEY)
                .keyBy(FraudEvent::userId, Types.STRING)
                .process(new WageredSinceDeposit(rule().window()))
                .returns(TypeInformation.of(SubjectEvent.class))
                .name("observe " + ID)
                .uid(Uids.Fraud.observe(ID));
    }

    /** {@code followedByAny}: a deposit is tried against every later withdrawal, not only against the first that fits. */
    @Override
    Pattern<SubjectEvent, ?> pattern() {
        return begin(DEPOSIT)
                .where(SimpleCondition.of(event -> event.event().type() == FraudEventType.DEPOSIT))
                .followedByAny("withdrawal")
                .where(new TakesItBack(withdrawnShare, wageredShare))
                .within(within());
    }

    @Override
    int length() {
        return 2;
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
