package io.tidegate.jobs.aggregation.bets;

import io.tidegate.jobs.Uids;
import io.tidegate.jobs.aggregation.AggregationSettings;
import io.tidegate.jobs.aggregation.pane.PaneAggregation;
import io.tidegate.jobs.aggregation.pane.PaneGrid;
import java.time.Duration;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** Bets, turnover, outcomes, payout and odds per minute and {@link BetDimensions}. */
public final class BetStats extends PaneAggregation<BetStatsKey, PlacedEvent, BetTally, BetStatsRow> {

    private static final long serialVersionUID = 1L;

    BetStats(PaneGrid grid, Duration flushInterval) {
        super(grid, flushInterval);
    }

    public static SingleOutputStreamOperator<BetStatsRow> of(
            DataStream<BetEvent> events, AggregationSettings settings) {
        return events.keyBy(BetEvent::identity, TypeInformation.of(BetIdentity.class))
                .process(new BetOutcomeJoin(settings.openBetRetention()))
                .returns(PlacedEvent.class)
                .name("bet outcomes")
                .uid(Uids.Aggregation.BET_OUTCOMES)
                .keyBy(PlacedEvent::statsKey, TypeInformation.of(BetStatsKey.class))
                .process(new BetStats(settings.sumPanes(), settings.flushInterval()))
                .returns(BetStatsRow.class)
                .name("bet stats")
                .uid(Uids.Aggregation.BET_STATS);
    }

    @Override
    protected TypeSerializer<BetTally> sumSerializer(RuntimeContext context) {
        return context.createSerializer(TypeInformation.of(BetTally.class));
    }

    @Override
    protected BetTally empty() {
        return BetTally.NONE;
    }

    @Override
    protected BetTally add(BetTally sum, PlacedEvent event) {
        return sum.plus(event);
    }

    @Override
    protected BetStatsRow row(BetStatsKey key, BetTally sum, long version, long updatedAtMs) {
        return new BetStatsRow(key, sum, version, updatedAtMs);
    }
}
