package io.tidegate.jobs.completeness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Adds up the counts of a partition by the minute and writes the absolute sums. A minute is forgotten once reading has gone well
 * past it and it hasn't changed for a while: append time never goes back, so nothing more comes.
 */
final class MinuteBooks extends KeyedProcessFunction<String, MinuteCount, LedgerRow> {

    private static final long serialVersionUID = 1L;

    /** Both must have passed: in a fast read of history minutes fly by, in a standstill the clock does. */
    static final Duration KEPT_BEHIND_NEWEST = Duration.ofHours(3);

    static final Duration KEPT_AFTER_CHANGE = Duration.ofMinutes(30);

    private transient MapState<Long, MinuteSum> minutes;

    @Override
    public void open(OpenContext context) {
        minutes = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("minutes", Types.LONG, TypeInformation.of(MinuteSum.class)));
    }

    @Override
    public void processElement(MinuteCount count, Context context, Collector<LedgerRow> out) throws Exception {
        MinuteSum sum = minutes.get(count.minuteMs());
        if (sum == null) {
            sum = new MinuteSum();
        }
        long nowMs = context.timerService().currentProcessingTime();
        sum.records += count.records();
        sum.repeated += count.repeated();
        sum.dead += count.dead();
        // Of the clock too, so that a job that starts without its state writes over what it wrote before.
        sum.version = Math.max(sum.version + 1, nowMs);
        sum.changedAtMs = nowMs;
        minutes.put(count.minuteMs(), sum);
        out.collect(new LedgerRow(
                count.minuteMs(),
                count.topic(),
                count.partition(),
                LedgerRow.ARCHIVE,
                0,
                sum.records,
                sum.repeated,
                sum.dead,
                sum.version,
                nowMs));
        long everyMs = KEPT_AFTER_CHANGE.toMillis();
        // The same moment for all changes of an interval: one timer.
        context.timerService().registerProcessingTimeTimer((nowMs / everyMs + 2) * everyMs);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<LedgerRow> out) throws Exception {
        long newestMs = Long.MIN_VALUE;
        for (long minuteMs : minutes.keys()) {
            newestMs = Math.max(newestMs, minuteMs);
        }
        long unchangedSinceMs = context.timerService().currentProcessingTime() - KEPT_AFTER_CHANGE.toMillis();
        List<Long> past = new ArrayList<>();
        for (Map.Entry<Long, MinuteSum> minute : minutes.entries()) {
            if (minute.getKey() < newestMs - KEPT_BEHIND_NEWEST.toMillis()
                    && minute.getValue().changedAtMs < unchangedSinceMs) {
                past.add(minute.getKey());
            }
        }
        for (long minuteMs : past) {
            minutes.remove(minuteMs);
        }
    }
}
