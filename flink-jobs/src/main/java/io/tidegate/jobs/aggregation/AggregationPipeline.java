package io.tidegate.jobs.aggregation;

import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.aggregation.bets.BetEvent;
import io.tidegate.jobs.aggregation.bets.BetStats;
import io.tidegate.jobs.aggregation.bets.BetStatsRow;
import io.tidegate.jobs.aggregation.counts.EventCountRow;
import io.tidegate.jobs.aggregation.counts.EventCounts;
import io.tidegate.jobs.aggregation.counts.EventSighting;
import io.tidegate.jobs.aggregation.live.LiveCounters;
import io.tidegate.jobs.aggregation.posts.PostAction;
import io.tidegate.jobs.aggregation.posts.PostActivity;
import io.tidegate.jobs.aggregation.posts.PostActivityRow;
import io.tidegate.jobs.source.Deduplication;
import io.tidegate.jobs.source.SourceRecord;
import java.time.Duration;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** From events to rows of the window tables and to counters. */
public final class AggregationPipeline {

    /**
     * What the job writes.
     *
     * @param eventCounts versioned rows: of a key the one with the highest version counts
     * @param postActivity likewise
     * @param betStats likewise
     * @param counters absolute: of a key the last one counts
     */
    public record Outputs(
            DataStream<EventCountRow> eventCounts,
            DataStream<PostActivityRow> postActivity,
            DataStream<BetStatsRow> betStats,
            DataStream<Counter> counters) {}

    private AggregationPipeline() {}

    /**
     * @param events with watermarks of append time, without ticks, repeats among them
     * @param deduplicationHorizon see {@link Deduplication}
     */
    public static Outputs define(
            DataStream<SourceRecord<Event>> events, Duration deduplicationHorizon, AggregationSettings settings) {
        SingleOutputStreamOperator<AggregationEvent> fields = events.map(AggregationEvent::of)
                .returns(AggregationEvent.class)
                .name("fields for aggregation")
                .uid(Uids.Aggregation.FIELDS);
        SingleOutputStreamOperator<EventSighting> sightings = Deduplication.of(
                        fields, TypeInformation.of(AggregationEvent.class), deduplicationHorizon)
                .transform(
                        "panes",
                        TypeInformation.of(EventSighting.class),
                        new PaneAssigner(settings.userPanes(), settings.sumPanes()))
                .uid(Uids.Aggregation.PANES);
        DataStream<PostAction> postActions = sightings.getSideOutput(PaneAssigner.POST_ACTIONS);
        DataStream<BetEvent> betEvents = sightings.getSideOutput(PaneAssigner.BET_EVENTS);
        return new Outputs(
                EventCounts.of(sightings, settings),
                PostActivity.of(postActions, settings),
                BetStats.of(betEvents, settings),
                LiveCounters.of(postActions, settings));
    }
}
