package io.tidegate.jobs.surge;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.alerting.RuleDrivenFunction;
import io.tidegate.jobs.rules.Rule;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.Collector;

/**
 * The whole way of a subject from its events to the alerts about its surges in one operator: counts of tumbling windows, a
 * baseline, two spikes in a row, calm again. Finds what the windows, {@link BaselineFunction} and the two CEP patterns find.
 *
 * <p>A change of thresholds counts from the next window that closes. With another window the subject goes on as {@link
 * SurgeSeries#resize} says. A disabled rule counts nothing; enabled again, it begins anew.
 */
final class SurgeDetection extends RuleDrivenFunction<SurgeEvent, Alert> {

    private static final long serialVersionUID = 1L;

    private transient ValueState<SurgeSeries> state;
    private transient Counter lateRecords;
    /** Of the enabled ones. */
    private transient Map<SurgeSubject, SurgeThresholds> thresholds;

    SurgeDetection(Collection<Rule> rules) {
        super(rules);
    }

    @Override
    protected void rulesInForce(Map<String, Rule> rules) {
        Map<SurgeSubject, SurgeThresholds> next = new EnumMap<>(SurgeSubject.class);
        for (SurgeSubject subject : SurgeSubject.values()) {
            Rule rule = rules.get(subject.ruleId());
            if (rule.enabled()) {
                next.put(subject, SurgeThresholds.of(rule));
            }
        }
        thresholds = next;
    }

    @Override
    public void open(OpenContext context) throws Exception {
        super.open(context);
        state = getRuntimeContext().getState(new ValueStateDescriptor<>("series", SurgeSeriesSerializer.INSTANCE));
        lateRecords = getRuntimeContext().getMetricGroup().counter("lateRecords");
    }

    @Override
    public void processElement(SurgeEvent event, ReadOnlyContext context, Collector<Alert> out) throws Exception {
        prepare(context);
        SurgeThresholds rule = thresholds.get(SurgeSubject.ofSubject(event.subject()));
        if (rule == null) {
            return;
        }
        long timeMs = context.timestamp();
        long endMs = Math.floorDiv(timeMs, rule.windowMs()) * rule.windowMs() + rule.windowMs();
        if (endMs - 1 <= context.currentWatermark()) {
            // On append time that can't happen while ticks flow; the archive has the event.
            lateRecords.inc();
            return;
        }
        SurgeSeries series = state.value();
        if (series == null) {
            series = new SurgeSeries();
        }
        if (series.windowMs != rule.windowMs()) {
            series.resize(rule.windowMs(), timeMs);
            if (series.alive) {
                context.timerService().registerEventTimeTimer(series.endMs + series.windowMs - 1);
            }
        }
        if (series.add(endMs, event.valueE4())) {
            context.timerService().registerEventTimeTimer(endMs - 1);
        }
        state.update(series);
    }

    /** At the last millisecond of a window. */
    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Alert> out) throws Exception {
        prepare(context);
        SurgeSeries series = state.value();
        if (series == null) {
            return;
        }
        String subject = context.getCurrentKey();
        SurgeThresholds rule = thresholds.get(SurgeSubject.ofSubject(subject));
        if (rule == null) {
            state.clear();
            return;
        }
        long endMs = timestamp + 1;
        if (series.windowMs != rule.windowMs()) {
            series.resize(rule.windowMs(), endMs);
        } else if (series.isOpen(endMs) || series.alive && endMs == series.endMs + series.windowMs) {
            measure(subject, series, rule, endMs, out);
        }
        if (series.isEmpty()) {
            state.clear();
            return;
        }
        if (series.alive) {
            context.timerService().registerEventTimeTimer(series.endMs + series.windowMs - 1);
        }
        state.update(series);
    }

    private static void measure(
            String subject, SurgeSeries series, SurgeThresholds rule, long endMs, Collector<Alert> out) {
        long valueE4 = series.close(endMs);
        double meanE4 = series.alive ? series.meanE4 : 0;
        boolean spike = rule.spike(valueE4, meanE4);
        long firstEndMs = endMs - rule.windowMs();
        if (spike && series.spike && !series.surging) {
            series.surging = true;
            // Measured against the calm before the surge, which is what a person wants to compare with.
            out.collect(SurgeAlerts.of(
                    new SurgeSignal(subject, true, endMs, valueE4, series.baselineE4, firstEndMs), rule));
        } else if (series.surging && rule.calm(valueE4, meanE4)) {
            series.surging = false;
            out.collect(SurgeAlerts.of(new SurgeSignal(subject, false, endMs, valueE4, meanE4, firstEndMs), rule));
        }
        series.endMs = endMs;
        series.spike = spike;
        series.baselineE4 = meanE4;
        series.meanE4 = meanE4 + (spike ? BaselineFunction.SPIKE_ALPHA : BaselineFunction.ALPHA) * (valueE4 - meanE4);
        series.alive = series.meanE4 >= BaselineFunction.NOTHING_E4;
        if (!series.alive) {
            series.spike = false;
        }
    }
}
