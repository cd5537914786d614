package io.tidegate.jobs.aggregation.bets;

import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Puts an outcome under the dimensions of its bet. A user's events come in order, so the bet is known by then: it is kept
 * until its outcome, or for the retention in append time. An outcome without a known bet counts for its own game and currency
 * and no other dimension.
 */
final class BetOutcomeJoin extends KeyedProcessFunction<BetIdentity, BetEvent, PlacedEvent> {

    private static final long serialVersionUID = 1L;

    private final long retentionMs;

    private transient ValueState<OpenBet> openBets;
    private transient Counter outcomesWithoutBet;

    BetOutcomeJoin(Duration retention) {
        this.retentionMs = retention.toMillis();
    }

    @Override
    public void open(OpenContext context) {
        openBets =
                getRuntimeContext().getState(new ValueStateDescriptor<>("open-bet", TypeInformation.of(OpenBet.class)));
        outcomesWithoutBet = getRuntimeContext().getMetricGroup().counter("outcomesWithoutBet");
    }

    @Override
    public void processElement(BetEvent event, Context context, Collector<PlacedEvent> out) throws Exception {
        if (!event.outcome()) {
            BetDimensions dimensions = event.dimensions();
            // A bet without an id can't have an outcome; of two with the same id the first is meant.
            if (!event.betId().isEmpty() && openBets.value() == null) {
                OpenBet bet = new OpenBet(dimensions, event.appendedAtMs() + retentionMs);
                openBets.update(bet);
                context.timerService().registerEventTimeTimer(bet.expiresAtMs());
            }
            out.collect(PlacedEvent.of(event, dimensions));
            return;
        }
        OpenBet bet = openBets.value();
        if (bet == null) {
            outcomesWithoutBet.inc();
            out.collect(PlacedEvent.of(event, event.dimensions()));
        } else {
            context.timerService().deleteEventTimeTimer(bet.expiresAtMs());
            openBets.clear();
            out.collect(PlacedEvent.of(event, bet.dimensions()));
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<PlacedEvent> out) {
        openBets.clear();
    }
}
