package io.tidegate.jobs.fraud;

import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Turns a user's bets, deposits and withdrawals, in their order, into deposits and withdrawals that carry a running total of
 * the bets: so nobody has to add up the bets between two of them again for every pair.
 *
 * <p>A total is kept from a user's first deposit until {@code window} after the last one, and only then do withdrawals pass:
 * without a deposit that recent there is nothing that they could belong to. It starts at 0 whenever there was none.
 * Deposits that no match may begin with (see {@link MatchStarts}) end here; they are counted as {@code floodedEvents}.
 */
final class WageredSinceDeposit extends KeyedProcessFunction<String, SubjectEvent, SubjectEvent> {

    private static final long serialVersionUID = 1L;

    private final long windowMs;
    private transient ValueState<WageredTotal> state;
    private transient Counter floodedEvents;

    WageredSinceDeposit(Duration window) {
        this.windowMs = window.toMillis();
    }

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("wagered-since-deposit", TypeInformation.of(WageredTotal.class)));
        floodedEvents = getRuntimeContext().getMetricGroup().counter("floodedEvents");
    }

    @Override
    public void processElement(SubjectEvent money, Context context, Collector<SubjectEvent> out) throws Exception {
        FraudEvent event = money.event();
        WageredTotal total = state.value();
        switch (event.type()) {
            case BET -> {
                if (total != null) {
                    state.update(total.plusBet(event.amountE4()));
                }
            }
            case DEPOSIT -> {
                WageredTotal next = WageredTotal.withDeposit(total, event.timeMs(), windowMs);
                state.update(next);
                if (total == null) {
                    context.timerService().registerEventTimeTimer(expiryMs(next));
                }
                if (total != null && next.starts() == total.starts()) {
                    floodedEvents.inc();
                } else {
                    out.collect(money.withWagered(next.wageredE4()));
                }
            }
            case WITHDRAWAL -> {
                if (total != null) {
                    out.collect(money.withWagered(total.wageredE4()));
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
        if (expiryMs(total) <= timestamp) {
            state.clear();
        } else {
            context.timerService().registerEventTimeTimer(expiryMs(total));
        }
    }

    /** Once the watermark is there, no event can come any more that is within the window of a deposit. */
    private long expiryMs(WageredTotal total) {
        return total.lastDepositMs() + windowMs;
    }
}
