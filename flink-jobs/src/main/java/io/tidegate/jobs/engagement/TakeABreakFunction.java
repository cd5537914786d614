package io.tidegate.jobs.engagement;

import io.tidegate.contracts.v1.Notification;
import java.time.Duration;
import java.util.Arrays;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Tells a player who placed many bets within the window, then stays silent until the window has passed. Keyed by user. */
final class TakeABreakFunction extends KeyedProcessFunction<String, EngagementEvent, Notification> {

    private static final long serialVersionUID = 1L;

    private final int bets;
    private final Duration window;

    /** Times of the latest bets within the window, oldest first; at most {@link #bets}. */
    private transient ValueState<long[]> times;

    private transient ValueState<Long> silentUntilMs;
    private transient ValueState<Long> expiryMs;

    TakeABreakFunction(int bets, Duration window) {
        this.bets = bets;
        this.window = window;
    }

    @Override
    public void open(OpenContext context) {
        times = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("times", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
        silentUntilMs = getRuntimeContext().getState(new ValueStateDescriptor<>("silent-until", Types.LONG));
        expiryMs = getRuntimeContext().getState(new ValueStateDescriptor<>("expiry", Types.LONG));
    }

    @Override
    public void processElement(EngagementEvent bet, Context context, Collector<Notification> out) throws Exception {
        long[] latest = withBet(times.value(), bet.atMs());
        times.update(latest);
        extendExpiry(context);
        Long silentUntil = silentUntilMs.value();
        if (latest.length == bets && (silentUntil == null || bet.atMs() >= silentUntil)) {
            silentUntilMs.update(bet.atMs() + window.toMillis());
            out.collect(Notifications.takeABreak(bet, bets, window));
        }
    }

    /** The bets of the window that ends at {@code atMs}, both ends included. */
    private long[] withBet(long[] before, long atMs) {
        if (before == null) {
            return new long[] {atMs};
        }
        int from = Math.max(0, before.length + 1 - bets);
        while (from < before.length && before[from] < atMs - window.toMillis()) {
            from++;
        }
        long[] after = Arrays.copyOfRange(before, from, before.length + 1);
        after[after.length - 1] = atMs;
        return after;
    }

    /** A player who is quiet for a whole window leaves nothing behind; the clock of this is the machine's. */
    private void extendExpiry(Context context) throws Exception {
        long nowMs = context.timerService().currentProcessingTime();
        Long expiry = expiryMs.value();
        if (expiry == null || expiry < nowMs + window.toMillis()) {
            long next = nowMs + 2 * window.toMillis();
            expiryMs.update(next);
            context.timerService().registerProcessingTimeTimer(next);
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Notification> out) throws Exception {
        Long expiry = expiryMs.value();
        // An earlier timer than the latest one has been overtaken by another bet.
        if (expiry != null && expiry <= timestamp) {
            times.clear();
            silentUntilMs.clear();
            expiryMs.clear();
        }
    }
}
