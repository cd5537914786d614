package io.tidegate.jobs.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.jobs.aggregation.bets.BetDimensions;
import io.tidegate.jobs.aggregation.bets.BetEvent;
import io.tidegate.jobs.aggregation.bets.BetIdentity;
import io.tidegate.jobs.aggregation.bets.BetStatsKey;
import io.tidegate.jobs.aggregation.bets.BetStatsRow;
import io.tidegate.jobs.aggregation.bets.BetTally;
import io.tidegate.jobs.aggregation.bets.OpenBet;
import io.tidegate.jobs.aggregation.bets.PlacedEvent;
import io.tidegate.jobs.aggregation.counts.CountsByShard;
import io.tidegate.jobs.aggregation.counts.EventCountKey;
import io.tidegate.jobs.aggregation.counts.EventCountRow;
import io.tidegate.jobs.aggregation.counts.EventShardKey;
import io.tidegate.jobs.aggregation.counts.EventSighting;
import io.tidegate.jobs.aggregation.counts.ShardCount;
import io.tidegate.jobs.aggregation.live.PostTotals;
import io.tidegate.jobs.aggregation.live.RankedPost;
import io.tidegate.jobs.aggregation.live.Ranking;
import io.tidegate.jobs.aggregation.posts.PostAction;
import io.tidegate.jobs.aggregation.posts.PostActivityKey;
import io.tidegate.jobs.aggregation.posts.PostActivityRow;
import io.tidegate.jobs.aggregation.posts.PostTally;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What travels between the stages and what they keep: never by Kryo, and in the place where it was. */
class StateTypesTest {

    static Stream<Object> values() {
        EventShardKey shardKey = new EventShardKey(1, 2, "like", 3);
        EventCountKey countKey = new EventCountKey(1, 2, "like");
        PostActivityKey postKey = new PostActivityKey(1, 2, "p1");
        BetDimensions dimensions = new BetDimensions("g1", "Oslo", "mobile", "line", "EUR");
        BetStatsKey betKey = new BetStatsKey(1, 2, dimensions);
        PostTally postTally = new PostTally(1, 2, 3, 4);
        BetTally betTally = new BetTally(1, 2, 3, 4, 5, 6);
        return Stream.of(
                new AggregationEvent(EventKind.BET, "u", "e", 1, 2, "p", "b", "g", "c", "d", "t", "EUR", 3, 4),
                new EventSighting(1, 2, EventKind.LIKE, 3),
                shardKey,
                new ShardCount(shardKey, 4, 5),
                countKey,
                new EventCountRow(countKey, 1, 2, 3, 4),
                new PostAction(1, 2, "p1", EventKind.LIKE),
                postKey,
                postTally,
                new PostActivityRow(postKey, postTally, 3, 4),
                new BetEvent(1, 2, 3, true, "u", "b", "g", "c", "d", "t", "EUR", 4, 5),
                new BetIdentity("u", "b"),
                new OpenBet(dimensions, 1),
                new PlacedEvent(1, 2, dimensions, true, 3, 4),
                betKey,
                betTally,
                new BetStatsRow(betKey, betTally, 3, 4),
                new PostTotals(postTally, 5),
                new Ranking(0, 1, List.of(new RankedPost("p1", 1, 2, 3))));
    }

    @ParameterizedTest
    @MethodSource("values")
    void aRecordIsWrittenAndReadWithoutKryo(Object value) throws Exception {
        assertRoundTrip(value);
    }

    @Test
    void theCountsOfTheSharesAreWrittenAndReadWithoutKryo() throws Exception {
        TypeSerializer<CountsByShard> serializer = serializer(CountsByShard.class);
        CountsByShard counts = new CountsByShard(new long[] {1, 2}, new long[] {3, 4});
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(counts, out);

        CountsByShard read = serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
        CountsByShard copy = serializer.copy(counts);
        counts.events()[0] = 99;

        assertThat(read.events()).containsExactly(1, 2);
        assertThat(read.users()).containsExactly(3, 4);
        assertThat(copy.events()).containsExactly(1, 2);
    }

    @Test
    void theHashCodesOfKeysNeverChange() {
        // They decide in which part of a checkpoint a key's state is.
        assertThat(new EventShardKey(1, 2, "like", 3).hashCode()).isEqualTo(103_005_997);
        assertThat(new EventCountKey(1, 2, "like").hashCode()).isEqualTo(3_322_774);
        assertThat(new PostActivityKey(1, 2, "p1").hashCode()).isEqualTo(4_544);
        assertThat(new BetIdentity("u1", "b1").hashCode()).isEqualTo(117_043);
        assertThat(new BetStatsKey(1, 2, new BetDimensions("g", "c", "d", "b", "e")).hashCode())
                .isEqualTo(98_172_234);
    }

    @SuppressWarnings("unchecked") // the class of a value is the class of its type
    private static <T> void assertRoundTrip(T value) throws Exception {
        TypeSerializer<T> serializer = serializer((Class<T>) value.getClass());
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(value, out);

        assertThat(serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
                .isEqualTo(value);
    }

    private static <T> TypeSerializer<T> serializer(Class<T> type) {
        TypeInformation<T> information = TypeInformation.of(type);
        assertThat(information).isInstanceOf(PojoTypeInfo.class);
        SerializerConfigImpl config = new SerializerConfigImpl();
        // Throws where a field would fall to Kryo.
        config.setGenericTypes(false);
        return information.createSerializer(config);
    }
}
