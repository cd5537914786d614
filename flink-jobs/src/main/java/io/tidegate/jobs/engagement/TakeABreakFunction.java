package io.tidegate.jobs.engagement;

import io.tidegate.contracts.v1.Notification;
import io.tidegate.jobs.alerting.RuleDrivenFunction;
import io.tidegate.jobs.rules.Rule;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.util.Collector;

/** Tells a player who placed many bets within the window, then stays silent until the window has passed. Keyed by user. */
final class TakeABreakFunction extends RuleDrivenFunction<EngagementEvent, Notification> {

    private static final long serialVersionUID = 1L;

    static final String RULE = "take-a-break";

    private transient boolean enabled;
    private transient int bets;
    private transient Duration window;

    /** Times of the latest bets within the window, oldest first; at most {@link #bets}. */
    private transient ValueState<long[]> times;

    private transient ValueState<Long> silentUntilMs;
    private transient ValueState<Long> expiryMs;

    TakeABreakFunction(Rule rule) {
        super(List.of(rule));
    }

    @Override
    protected void rulesInForce(Map<String, Rule> rules) {
        Rule rule = rules.get(RULE);
        bets = rule.count("bets");
        window = rule.window();
        enabled = rule.enabled();
    }

    @Override
    public void open(OpenContext context) throws Exception {
        super.open(context);
        times = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("times", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
        silentUntilMs = getRuntimeContext().getState(new ValueStateDescriptor<>("silent-until", Types.LONG));
        expiryMs = getRuntimeContext().getState(new ValueStateDescriptor<>("expiry", Types.LONG));
    }

    @Override
    public void processElement(EngagementEvent bet, ReadOnlyContext context, Collector<Notification> out)
            throws Exception {
        prepare(context);
        long[] latest = withBet(times.value(), bet.atMs());
        times.update(latest);
        extendExpiry(context);
        Long silentUntil = silentUntilMs.value();
        if (enabled && latest.length == bets && (silentUntil == null || bet.atMs() >= silentUntil)) {
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
    private void extendExpiry(ReadOnlyContext context) throws Exception {
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
