package io.tidegate.jobs.source;

import io.tidegate.jobs.Uids;
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

    /** {@code events} without repeats. */
    public static <T extends Identified> SingleOutputStreamOperator<T> of(
            DataStream<T> events, TypeInformation<T> type, Duration horizon) {
        return events.keyBy(event -> shard(event.userId()), Types.INT)
                .process(new Function<T>(horizon))
                .returns(type)
                .name("de-duplication")
                .uid(Uids.Source.DEDUPLICATION);
    }

    static int shard(String userId) {
        int hash = userId.hashCode();
        // Spread the low bits: Java's string hash leaves short sequential ids close together.
        return (hash ^ (hash >>> 15) * 0x2c1b3c6d) & (SHARDS - 1);
    }

    static final class Function<T extends Identified> extends KeyedProcessFunction<Integer, T, T> {

        private static final long serialVersionUID = 1L;

        private final long horizonMs;
        private transient ValueState<SeenEvents> state;
        private transient Counter repeats;

        Function(Duration horizon) {
            this.horizonMs = horizon.toMillis();
        }

        @Override
        public void open(OpenContext context) {
            state = getRuntimeContext()
                    .getState(new ValueStateDescriptor<>("seen-events", SeenEventsSerializer.INSTANCE));
            repeats = getRuntimeContext().getMetricGroup().counter("repeatedEvents");
        }

        @Override
        public void processElement(T event, Context context, Collector<T> out) throws Exception {
            SeenEvents seen = state.value();
            if (seen == null) {
                seen = new SeenEvents();
            }
            long[] identity = identity(event.userId(), event.eventId());
            if (seen.add(identity[0], identity[1], event.appendedAtMs(), horizonMs)) {
                state.update(seen);
                out.collect(event);
            } else {
                repeats.inc();
            }
        }

        private static long[] identity(String userId, String eventId) {
            // NUL is in neither: the gateway refuses control characters.
            return MurmurHash3.hash128x64((userId + '\0' + eventId).getBytes(StandardCharsets.UTF_8));
        }
    }
}
