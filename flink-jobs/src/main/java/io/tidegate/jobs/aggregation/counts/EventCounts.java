package io.tidegate.jobs.aggregation.counts;

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

/**
 * Events and distinct users per minute and type, in two stages: there are ten types, and nearly every event is of one of them
 * and of this very minute, so one key per row would leave the work to one core. The first stage counts by shares of the users;
 * a user is in one share, so that the second stage, which adds up a few counts per second, is exact for users too.
 */
public final class EventCounts {

    /** A constant of the state's layout: never change it. */
    static final int SHARDS = 16;

    private EventCounts() {}

    public static SingleOutputStreamOperator<EventCountRow> of(
            DataStream<EventSighting> sightings, AggregationSettings settings) {
        // Two stages share the interval, so that a row is as fresh as those of the other tables.
        Duration half = settings.flushInterval().dividedBy(2);
        return sightings
                .keyBy(EventSighting::shardKey, TypeInformation.of(EventShardKey.class))
                .process(new Shards(settings.userPanes(), half))
                .returns(ShardCount.class)
                .name("event counts by user shard")
                .uid(Uids.Aggregation.EVENT_SHARDS)
                .keyBy(ShardCount::countKey, TypeInformation.of(EventCountKey.class))
                .process(new Totals(settings.userPanes(), half))
                .returns(EventCountRow.class)
                .name("event counts")
                .uid(Uids.Aggregation.EVENT_COUNTS);
    }

    static int shard(long userHash) {
        // The high bits: the low ones are the slot in the set.
        return (int) (userHash >>> 60);
    }

    static final class Shards extends PaneAggregation<EventShardKey, EventSighting, EventTally, ShardCount> {

        private static final long serialVersionUID = 1L;

        Shards(PaneGrid grid, Duration flushInterval) {
            super(grid, flushInterval);
        }

        @Override
        protected TypeSerializer<EventTally> sumSerializer(RuntimeContext context) {
            return EventTallySerializer.INSTANCE;
        }

        @Override
        protected EventTally empty() {
            return new EventTally(0, new LongHashSet());
        }

        @Override
        protected EventTally add(EventTally sum, EventSighting event) {
            sum.events++;
            sum.users.add(event.userHash());
            return sum;
        }

        @Override
        protected ShardCount row(EventShardKey key, EventTally sum, long version, long updatedAtMs) {
            return new ShardCount(key, sum.events, sum.users.size());
        }
    }

    static final class Totals extends PaneAggregation<EventCountKey, ShardCount, CountsByShard, EventCountRow> {

        private static final long serialVersionUID = 1L;

        Totals(PaneGrid grid, Duration flushInterval) {
            super(grid, flushInterval);
        }

        @Override
        protected TypeSerializer<CountsByShard> sumSerializer(RuntimeContext context) {
            return context.createSerializer(TypeInformation.of(CountsByShard.class));
        }

        @Override
        protected CountsByShard empty() {
            return CountsByShard.empty();
        }

        @Override
        protected CountsByShard add(CountsByShard sum, ShardCount count) {
            sum.events()[count.key().shard()] = count.events();
            sum.users()[count.key().shard()] = count.users();
            return sum;
        }

        @Override
        protected EventCountRow row(EventCountKey key, CountsByShard sum, long version, long updatedAtMs) {
            return new EventCountRow(
                    key, CountsByShard.sum(sum.events()), CountsByShard.sum(sum.users()), version, updatedAtMs);
        }
    }
}
