package io.tidegate.jobs.engagement;

import io.tidegate.contracts.v1.Notification;
import io.tidegate.jobs.alerting.RuleDrivenFunction;
import io.tidegate.jobs.rules.Rule;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.util.Collector;

/** Joins an outcome to its bet, and tells the player of a payout of many times the stake. Keyed by user and bet id. */
final class BigWinFunction extends RuleDrivenFunction<EngagementEvent, Notification> {

    private static final long serialVersionUID = 1L;

    static final String RULE = "big-win";

    private transient ValueState<Long> stakeE4;
    private transient boolean enabled;
    private transient BigDecimal payoutFactor;
    /** How long a bet waits for its outcome; rounded up to whole hours, so that bets share timers. */
    private transient Duration longestOpen;

    BigWinFunction(Rule rule) {
        super(List.of(rule));
    }

    @Override
    protected void rulesInForce(Map<String, Rule> rules) {
        Rule rule = rules.get(RULE);
        payoutFactor = rule.threshold("payoutFactor");
        longestOpen = rule.window();
        enabled = rule.enabled();
    }

    @Override
    public void open(OpenContext context) throws Exception {
        super.open(context);
        stakeE4 = getRuntimeContext().getState(new ValueStateDescriptor<>("stake", Types.LONG));
    }

    @Override
    public void processElement(EngagementEvent event, ReadOnlyContext context, Collector<Notification> out)
            throws Exception {
        prepare(context);
        if (event.betId().isEmpty()) {
            return; // a bet that nobody gave an id can't be told from the user's others
        }
        if (event.kind() == EngagementEvent.Kind.BET) {
            stakeE4.update(event.amountE4());
            long hourMs = Duration.ofHours(1).toMillis();
            long expiresMs = context.timerService().currentProcessingTime() + longestOpen.toMillis();
            context.timerService().registerProcessingTimeTimer((expiresMs / hourMs + 1) * hourMs);
            return;
        }
        Long stake = stakeE4.value();
        stakeE4.clear();
        if (enabled
                && stake != null
                && stake > 0
                && BigDecimal.valueOf(event.amountE4()).compareTo(payoutFactor.multiply(BigDecimal.valueOf(stake)))
                        >= 0) {
            out.collect(Notifications.bigWin(event, stake));
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Notification> out) {
        stakeE4.clear();
    }
}
