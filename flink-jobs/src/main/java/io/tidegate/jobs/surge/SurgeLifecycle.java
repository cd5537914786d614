package io.tidegate.jobs.surge;

import io.tidegate.contracts.v1.Alert;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * One alert when a surge begins, one when it ends, none between. Signals of the two patterns come from two operators, so they
 * are put in order of time first: each waits for the watermark of its window.
 */
final class SurgeLifecycle extends KeyedProcessFunction<String, SurgeSignal, Alert> {

    private static final long serialVersionUID = 1L;

    private final Map<SurgeSubject, SurgeThresholds> thresholds;

    private transient MapState<Long, SurgeSignal> waiting;
    private transient ValueState<Boolean> surging;

    SurgeLifecycle(Map<SurgeSubject, SurgeThresholds> thresholds) {
        this.thresholds = new EnumMap<>(thresholds);
    }

    @Override
    public void open(OpenContext context) {
        waiting = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("waiting", Types.LONG, TypeInformation.of(SurgeSignal.class)));
        surging = getRuntimeContext().getState(new ValueStateDescriptor<>("surging", Types.BOOLEAN));
    }

    @Override
    public void processElement(SurgeSignal signal, Context context, Collector<Alert> out) throws Exception {
        // A window is a spike or calm, never both, so it has one signal at most.
        long lastMs = signal.endMs() - 1;
        waiting.put(lastMs, signal);
        context.timerService().registerEventTimeTimer(lastMs);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Alert> out) throws Exception {
        SurgeSignal signal = waiting.get(timestamp);
        waiting.remove(timestamp);
        boolean on = surging.value() != null;
        if (signal.begins() && !on) {
            surging.update(true);
            out.collect(alert(signal));
        } else if (!signal.begins() && on) {
            surging.clear();
            out.collect(alert(signal));
        }
    }

    private Alert alert(SurgeSignal signal) {
        return SurgeAlerts.of(signal, thresholds.get(SurgeSubject.ofSubject(signal.subject())));
    }
}
