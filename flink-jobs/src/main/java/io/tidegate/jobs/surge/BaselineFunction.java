package io.tidegate.jobs.surge;

import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Turns the windows that have events into a gap-free series, each window measured against an exponentially weighted mean of
 * the ones before (weight {@link #ALPHA}; a spike weighs a tenth of that, so that the second window of a surge is still
 * measured against the calm before it, and a level that lasts becomes the new normal all the same).
 *
 * <p>Empty windows come from event-time timers for as long as the baseline is alive; when it has decayed to nothing, the state
 * is cleared and the series ends.
 */
final class BaselineFunction extends KeyedProcessFunction<String, LevelWindow, MeasuredWindow> {

    private static final long serialVersionUID = 1L;

    static final double ALPHA = 0.1;
    static final double SPIKE_ALPHA = ALPHA / 10;
    /** A hundredth of a like, or of a currency unit: nothing. */
    static final double NOTHING_E4 = SurgeEvent.ONE_E4 / 100.0;

    private final Map<SurgeSubject, SurgeThresholds> thresholds;

    private transient ValueState<Baseline> state;

    BaselineFunction(Map<SurgeSubject, SurgeThresholds> thresholds) {
        this.thresholds = new EnumMap<>(thresholds);
    }

    /**
     * @param endMs of the latest window of the series
     * @param meanE4 after it
     */
    public record Baseline(long endMs, double meanE4) {}

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("baseline", TypeInformation.of(Baseline.class)));
    }

    @Override
    public void processElement(LevelWindow window, Context context, Collector<MeasuredWindow> out) throws Exception {
        String subject = context.getCurrentKey();
        SurgeThresholds rule = rule(subject);
        Baseline baseline = state.value();
        if (baseline == null) {
            baseline = new Baseline(window.endMs() - rule.windowMs(), 0);
        }
        while (baseline.endMs() + rule.windowMs() < window.endMs() && baseline.meanE4() >= NOTHING_E4) {
            baseline = measure(subject, rule, baseline, baseline.endMs() + rule.windowMs(), 0, out);
        }
        follow(measure(subject, rule, baseline, window.endMs(), window.valueE4(), out), rule, context);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<MeasuredWindow> out) throws Exception {
        Baseline baseline = state.value();
        long endMs = timestamp + 1;
        // A timer of a window that had events after all finds the series already there.
        if (baseline != null && baseline.endMs() < endMs) {
            String subject = context.getCurrentKey();
            SurgeThresholds rule = rule(subject);
            follow(measure(subject, rule, baseline, endMs, 0, out), rule, context);
        }
    }

    private Baseline measure(
            String subject,
            SurgeThresholds rule,
            Baseline baseline,
            long endMs,
            long valueE4,
            Collector<MeasuredWindow> out) {
        double meanE4 = baseline.meanE4();
        boolean spike = rule.spike(valueE4, meanE4);
        out.collect(new MeasuredWindow(subject, endMs, valueE4, meanE4, spike, rule.calm(valueE4, meanE4)));
        double alpha = spike ? SPIKE_ALPHA : ALPHA;
        return new Baseline(endMs, meanE4 + alpha * (valueE4 - meanE4));
    }

    private void follow(Baseline baseline, SurgeThresholds rule, Context context) throws Exception {
        if (baseline.meanE4() < NOTHING_E4) {
            state.clear();
            return;
        }
        state.update(baseline);
        // The last millisecond of the next window: by then the window operator has said what was in it.
        context.timerService().registerEventTimeTimer(baseline.endMs() + rule.windowMs() - 1);
    }

    private SurgeThresholds rule(String subject) {
        return thresholds.get(SurgeSubject.ofSubject(subject));
    }
}
