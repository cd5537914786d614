package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.alerting.AlertCandidate;
import io.tidegate.jobs.alerting.AlertSuppression;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.replay.oracle.OracleEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.nfa.compiler.NFACompiler;
import org.apache.flink.cep.operator.CepOperator;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/** One pattern with what is around it in the pipeline, preparation and suppression, without a cluster. Time moves by watermark. */
final class PatternHarness implements AutoCloseable {

    private static final OutputTag<SubjectEvent> LATE = new OutputTag<>("late", TypeInformation.of(SubjectEvent.class));

    private final FraudPattern pattern;
    private final KeyedOneInputStreamOperatorTestHarness<String, SubjectEvent, SubjectEvent> preparation;
    private final KeyedOneInputStreamOperatorTestHarness<String, SubjectEvent, AlertCandidate> matching;
    private final KeyedOneInputStreamOperatorTestHarness<String, AlertCandidate, Alert> suppression;

    private PatternHarness(FraudPattern pattern) throws Exception {
        this.pattern = pattern;
        preparation = pattern.preparation().isPresent()
                ? prepare(pattern.preparation().get())
                : null;
        matching = match(pattern);
        suppression = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new AlertSuppression()),
                candidate -> candidate.alert().getSubject(),
                Types.STRING);
        suppression.open();
    }

    /** The pattern with its default rule. */
    static PatternHarness of(String ruleId) throws Exception {
        return of(ruleId, RuleSet.defaults());
    }

    static PatternHarness of(String ruleId, RuleSet rules) throws Exception {
        return new PatternHarness(FraudPatterns.of(rules).stream()
                .filter(pattern -> pattern.rule().id().equals(ruleId))
                .findFirst()
                .orElseThrow());
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, SubjectEvent, SubjectEvent> prepare(
            KeyedProcessFunction<String, SubjectEvent, SubjectEvent> function) throws Exception {
        var harness = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(function), SubjectEvent::subject, Types.STRING);
        harness.open();
        return harness;
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, SubjectEvent, AlertCandidate> match(
            FraudPattern fraudPattern) throws Exception {
        Pattern<SubjectEvent, ?> pattern = fraudPattern.pattern();
        var harness = new KeyedOneInputStreamOperatorTestHarness<>(
                new CepOperator<SubjectEvent, String, AlertCandidate>(
                        TypeInformation.of(SubjectEvent.class).createSerializer(new SerializerConfigImpl()),
                        false,
                        NFACompiler.compileFactory(pattern, false),
                        new ArrivalOrder(),
                        pattern.getAfterMatchSkipStrategy(),
                        fraudPattern,
                        LATE),
                SubjectEvent::subject,
                Types.STRING);
        harness.setup(
                TypeInformation.of(AlertCandidate.class).createSerializer(new ExecutionConfig().getSerializerConfig()));
        harness.open();
        return harness;
    }

    /**
     * Brings the events in, in their order of arrival, the watermark as close behind as equal times allow, and then moves it to
     * the last one.
     */
    PatternHarness feed(List<OracleEvent> events) throws Exception {
        for (SourceRecord<Event> record : Arrivals.records(events)) {
            long timeMs = record.appendedAtMs();
            watermark(timeMs - 1);
            arrive(FraudEvent.of(record, timeMs));
        }
        watermark(events.get(events.size() - 1).timeMs());
        return this;
    }

    PatternHarness feed(OracleEvent... events) throws Exception {
        return feed(List.of(events));
    }

    /** Brings one event in and leaves time alone. */
    void arrive(FraudEvent event) throws Exception {
        List<SubjectEvent> picked = new ArrayList<>();
        pattern.subjects(event, new ListCollector<>(picked));
        for (SubjectEvent subject : picked) {
            if (preparation == null) {
                matching.processElement(subject, event.timeMs());
            } else {
                preparation.processElement(subject, event.timeMs());
            }
        }
        if (preparation != null) {
            for (SubjectEvent subject : drained(preparation)) {
                matching.processElement(subject, subject.event().timeMs());
            }
        }
    }

    void watermark(long timeMs) throws Exception {
        if (preparation != null) {
            preparation.processWatermark(timeMs);
        }
        matching.processWatermark(timeMs);
        for (AlertCandidate candidate : drained(matching)) {
            suppression.processElement(candidate, candidate.alert().getDetectedAtMs());
        }
        suppression.processWatermark(timeMs);
    }

    private static <T> List<T> drained(KeyedOneInputStreamOperatorTestHarness<?, ?, T> harness) {
        List<T> values = harness.extractOutputValues();
        harness.getOutput().clear();
        return values;
    }

    /** So far, suppression included. */
    List<Alert> alerts() {
        return suppression.extractOutputValues();
    }

    /** The event ids of each alert so far. */
    List<List<String>> matches() {
        return alertsAs(alert -> List.copyOf(alert.getEventIdsList()));
    }

    <T> List<T> alertsAs(Function<Alert, T> view) {
        return alerts().stream().map(view).toList();
    }

    List<SubjectEvent> late() {
        var late = matching.getSideOutput(LATE);
        return late == null
                ? List.of()
                : late.stream().map(StreamRecord::getValue).toList();
    }

    /** Entries of state and timers, over all stages. */
    int held() {
        return held(matching) + held(suppression) + (preparation == null ? 0 : held(preparation));
    }

    private static int held(KeyedOneInputStreamOperatorTestHarness<?, ?, ?> harness) {
        return harness.numKeyedStateEntries() + harness.numEventTimeTimers();
    }

    @Override
    public void close() throws Exception {
        matching.close();
        suppression.close();
        if (preparation != null) {
            preparation.close();
        }
    }
}
