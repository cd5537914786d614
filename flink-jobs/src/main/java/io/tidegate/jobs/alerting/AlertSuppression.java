package io.tidegate.jobs.alerting;

import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.source.ProtobufTypeInfo;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * One alert per rule and subject until the rule's window has passed: after an alert detected at t, a match completed before
 * t + window is dropped. Times are detection time; the state clears itself when the watermark passes the end of the silence.
 */
public final class AlertSuppression extends KeyedProcessFunction<String, AlertCandidate, Alert> {

    private static final long serialVersionUID = 1L;

    private transient ValueState<Long> silentUntilMs;
    private transient Counter suppressed;

    /** @param uid of the operator */
    public static SingleOutputStreamOperator<Alert> of(DataStream<AlertCandidate> candidates, String uid) {
        return candidates
                .keyBy(
                        candidate -> candidate.alert().getRuleId()
                                + '\0'
                                + ScopedId.of(
                                        candidate.alert().getSubject(),
                                        candidate.alert().getTenant()),
                        Types.STRING)
                .process(new AlertSuppression())
                .returns(new ProtobufTypeInfo<>(Alert.class))
                .name("alert suppression")
                .uid(uid);
    }

    @Override
    public void open(OpenContext context) {
        silentUntilMs = getRuntimeContext().getState(new ValueStateDescriptor<>("silent-until", Types.LONG));
        suppressed = getRuntimeContext().getMetricGroup().counter("suppressedAlerts");
    }

    @Override
    public void processElement(AlertCandidate candidate, Context context, Collector<Alert> out) throws Exception {
        Alert alert = candidate.alert();
        Long until = silentUntilMs.value();
        if (until != null && alert.getDetectedAtMs() < until) {
            suppressed.inc();
            return;
        }
        long next = alert.getDetectedAtMs() + candidate.windowMs();
        silentUntilMs.update(next);
        context.timerService().registerEventTimeTimer(next);
        out.collect(alert);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Alert> out) throws Exception {
        Long until = silentUntilMs.value();
        if (until != null && until <= timestamp) {
            silentUntilMs.clear();
        }
    }
}
