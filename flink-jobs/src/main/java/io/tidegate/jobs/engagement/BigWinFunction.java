package io.tidegate.jobs.engagement;

import io.tidegate.contracts.v1.Notification;
import java.math.BigDecimal;
import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Joins an outcome to its bet, and tells the player of a payout of many times the stake. Keyed by user and bet id. */
final class BigWinFunction extends KeyedProcessFunction<String, EngagementEvent, Notification> {

    private static final long serialVersionUID = 1L;

    private final BigDecimal payoutFactor;
    private final Duration longestOpen;

    private transient ValueState<Long> stakeE4;

    /** @param longestOpen how long a bet waits for its outcome; rounded up to whole hours, so that bets share timers */
    BigWinFunction(BigDecimal payoutFactor, Duration longestOpen) {
        this.payoutFactor = payoutFactor;
        this.longestOpen = longestOpen;
    }

    @Override
    public void open(OpenContext context) {
        stakeE4 = getRuntimeContext().getState(new ValueStateDescriptor<>("stake", Types.LONG));
    }

    @Override
    public void processElement(EngagementEvent event, Context context, Collector<Notification> out) throws Exception {
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
        if (stake != null
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
