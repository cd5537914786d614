package io.tidegate.jobs.surge;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.jobs.alerting.NameUuid;
import java.util.EnumMap;
import java.util.Locale;
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
        SurgeSubject subject = SurgeSubject.ofSubject(signal.subject());
        SurgeThresholds rule = thresholds.get(subject);
        String ruleId = signal.begins() ? subject.ruleId() : subject.endedRuleId();
        return Alert.newBuilder()
                .setAlertId(NameUuid.of(
                        ruleId, Integer.toString(rule.version()), signal.subject(), Long.toString(signal.endMs())))
                .setKind(AlertKind.ALERT_KIND_SURGE)
                .setRuleId(ruleId)
                .setRuleVersion(rule.version())
                .setSubject(signal.subject())
                .setSeverity(signal.begins() ? rule.severity() : Severity.SEVERITY_INFO)
                .setMessage(message(subject, signal, rule))
                .setDetectedAtMs(signal.endMs())
                .setStartedAtMs(signal.firstEndMs() - rule.windowMs())
                .build();
    }

    private static String message(SurgeSubject subject, SurgeSignal signal, SurgeThresholds rule) {
        String what =
                (subject == SurgeSubject.POST ? "Likes of post " : "Turnover of game ") + subject.id(signal.subject());
        String level = number(signal.valueE4());
        String span = number(rule.windowMs() * SurgeEvent.ONE_E4 / 1_000) + " s";
        if (!signal.begins()) {
            String verb = subject == SurgeSubject.POST ? "are" : "is";
            return "%s %s back to normal: %s in %s.".formatted(what, verb, level, span);
        }
        if (signal.baselineE4() < SurgeEvent.ONE_E4) {
            return "%s rose to %s in %s, from next to nothing.".formatted(what, level, span);
        }
        return "%s rose to %s in %s, %s times the usual %s."
                .formatted(
                        what,
                        level,
                        span,
                        number(Math.round(signal.valueE4() / signal.baselineE4() * SurgeEvent.ONE_E4)),
                        number(Math.round(signal.baselineE4())));
    }

    /** At most one decimal: 180, 12.5. */
    private static String number(long valueE4) {
        String text = String.format(Locale.ROOT, "%.1f", valueE4 / (double) SurgeEvent.ONE_E4);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
