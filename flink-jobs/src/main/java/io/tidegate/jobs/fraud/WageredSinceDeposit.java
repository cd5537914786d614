package io.tidegate.jobs.fraud;

import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Turns a user's bets, deposits and withdrawals, in their order, into deposits and withdrawals that carry a running total of
 * the bets: so nobody has to add up the bets between two of them again for every pair.
 *
 * <p>A total is kept from a user's first deposit until {@code window} after the last one, and only then do withdrawals pass:
 * without a deposit that recent there is nothing that they could belong to. It starts at 0 whenever there was none.
 */
final class WageredSinceDeposit extends KeyedProcessFunction<String, FraudEvent, SubjectEvent> {

    private static final long serialVersionUID = 1L;

    private final long windowMs;
    private transient ValueState<WageredTotal> state;

    WageredSinceDeposit(Duration window) {
        this.windowMs = window.toMillis();
    }

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("wagered-since-deposit", TypeInformation.of(WageredTotal.class)));
    }

    @Override
    public void processElement(FraudEvent event, Context context, Collector<SubjectEvent> out) throws Exception {
        WageredTotal total = state.value();
        switch (event.type()) {
            case BET -> {
                if (total != null) {
                    state.update(total.plusBet(event.amountE4()));
                }
            }
            case DEPOSIT -> {
                if (total == null) {
                    total = new WageredTotal(0, event.timeMs());
                    context.timerService().registerEventTimeTimer(expiryMs(event.timeMs()));
                } else {
                    total = total.withDeposit(event.timeMs());
                }
                state.update(total);
                out.collect(new SubjectEvent(event.userId(), event, total.wageredE4()));
            }
            case WITHDRAWAL -> {
                if (total != null) {
                    out.collect(new SubjectEvent(event.userId(), event, total.wageredE4()));
                }
            }
            default -> throw new IllegalArgumentException("neither bet, deposit nor withdrawal: " + event.type());
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<SubjectEvent> out) throws Exception {
        WageredTotal total = state.value();
        if (total == null) {
            return;
        }
        if (expiryMs(total.lastDepositMs()) <= timestamp) {
            state.clear();
        } else {
            context.timerService().registerEventTimeTimer(expiryMs(total.lastDepositMs()));
        }
    }

    /** Once the watermark is there, no event can come any more that is within the window of the deposit. */
    private long expiryMs(long depositMs) {
        return depositMs + windowMs;
    }
}
