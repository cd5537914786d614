package io.tidegate.jobs.source;

import io.tidegate.jobs.Uids;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.commons.codec.digest.MurmurHash3;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Lets an event through once: a repeat, that is the same event id of the same user within the horizon after the first copy in
 * append time, is dropped and counted; the first wins, whatever the repeat says.
 *
 * <p>Keyed by shards of users, so that a user's events stay in the order of their partition, and so that state is a few
 * thousand compact tables instead of an entry with its overhead per event: 20 bytes an event, see {@link SeenEvents}.
 * Identities are 128-bit hashes; two events collide with a probability of n²/2¹²⁹, which is 10⁻¹⁹ for ten billion.
 */
public final class Deduplication {

    /** Far more than any parallelism, far fewer than users. A constant of the state's layout: never change it. */
    static final int SHARDS = 4096;

    private Deduplication() {}

    /**
     * What makes two records the same one.
     *
     * @param <T> the record
     */
    public interface Identity<T> extends Serializable {

        /** Whose it is; the repeats of a record are in its partition, and its key says so. */
        String owner(T record);

        /** Unique within the owner. */
        String id(T record);

        /** The broker's append time, epoch milliseconds. */
        long appendedAtMs(T record);
    }

    /** {@code events} without repeats. */
    public static <T extends Identified> SingleOutputStreamOperator<T> of(
            DataStream<T> events, TypeInformation<T> type, Duration horizon) {
        return of(events, type, horizon, new OfEvents<>(), Uids.Source.DEDUPLICATION);
    }

    /** {@code records} without repeats, which are in the side output {@link #repeats}. */
    public static <T> SingleOutputStreamOperator<T> of(
            DataStream<T> records, TypeInformation<T> type, Duration horizon, Identity<T> identity, String uid) {
        return records.keyBy(record -> shard(identity.owner(record)), Types.INT)
                .process(new Function<>(horizon, identity, repeatsTag(type)))
                .returns(type)
                .name("de-duplication")
                .uid(uid);
    }

    /** What was dropped. */
    public static <T> DataStream<T> repeats(SingleOutputStreamOperator<T> deduplicated) {
        return deduplicated.getSideOutput(repeatsTag(deduplicated.getType()));
    }

    static <T extends Identified> Function<T> function(TypeInformation<T> type, Duration horizon) {
        return new Function<>(horizon, new OfEvents<>(), repeatsTag(type));
    }

    private static <T> OutputTag<T> repeatsTag(TypeInformation<T> type) {
        return new OutputTag<>("repeats", type);
    }

    private static final class OfEvents<T extends Identified> implements Identity<T> {

        private static final long serialVersionUID = 1L;

        @Override
        public String owner(T event) {
            return event.userId();
        }

        @Override
        public String id(T event) {
            return event.eventId();
        }

        @Override
        public long appendedAtMs(T event) {
            return event.appendedAtMs();
        }
    }

    static int shard(String userId) {
        int hash = userId.hashCode();
        // Spread the low bits: Java's string hash leaves short sequential ids close together.
        return (hash ^ (hash >>> 15) * 0x2c1b3c6d) & (SHARDS - 1);
    }

    static final class Function<T> extends KeyedProcessFunction<Integer, T, T> {

        private static final long serialVersionUID = 1L;

        private final long horizonMs;
        private final Identity<T> identity;
        private final OutputTag<T> dropped;
        private transient ValueState<SeenEvents> state;
        private transient Counter repeats;

        Function(Duration horizon, Identity<T> identity, OutputTag<T> dropped) {
            this.horizonMs = horizon.toMillis();
            this.identity = identity;
            this.dropped = dropped;
        }

        @Override
        public void open(OpenContext context) {
            state = getRuntimeContext()
                    .getState(new ValueStateDescriptor<>("seen-events", SeenEventsSerializer.INSTANCE));
            repeats = getRuntimeContext().getMetricGroup().counter("repeatedEvents");
        }

        @Override
        public void processElement(T record, Context context, Collector<T> out) throws Exception {
            SeenEvents seen = state.value();
            if (seen == null) {
                seen = new SeenEvents();
            }
            long[] hash = hash(identity.owner(record), identity.id(record));
            if (seen.add(hash[0], hash[1], identity.appendedAtMs(record), horizonMs)) {
                state.update(seen);
                out.collect(record);
            } else {
                repeats.inc();
                context.output(dropped, record);
            }
        }

        private static long[] hash(String owner, String id) {
            // NUL is in neither: the gateway refuses control characters.
            return MurmurHash3.hash128x64((owner + '\0' + id).getBytes(StandardCharsets.UTF_8));
        }
    }
}
