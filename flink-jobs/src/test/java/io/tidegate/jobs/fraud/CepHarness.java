package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.alerting.AlertCandidate;
import io.tidegate.jobs.alerting.AlertSuppression;
import io.tidegate.jobs.rules.Rule;
import java.util.ArrayList;
import java.util.List;
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
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/** A pattern on Flink CEP, with its preparation and suppression. */
final class CepHarness extends PatternHarness {

    private static final OutputTag<SubjectEvent> LATE = new OutputTag<>("late", TypeInformation.of(SubjectEvent.class));

    private final FraudPattern pattern;
    private final KeyedOneInputStreamOperatorTestHarness<String, SubjectEvent, SubjectEvent> preparation;
    private final KeyedOneInputStreamOperatorTestHarness<String, SubjectEvent, AlertCandidate> matching;
    private final KeyedOneInputStreamOperatorTestHarness<String, AlertCandidate, Alert> suppression;

    private CepHarness(FraudPattern pattern, boolean braked) throws Exception {
        this.pattern = pattern;
        // Without its total of bets deposit-cycle isn't the same rule; the brake in there is far away from small
        // inputs.
        preparation = pattern.preparation().isPresent()
                        && (braked || pattern.rule().id().equals(DepositCycle.ID))
                ? prepare(pattern.preparation().get())
                : null;
        matching = match(pattern);
        suppression = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new AlertSuppression()),
                candidate -> candidate.alert().getSubject(),
                Types.STRING);
        suppression.open();
    }

    static CepHarness of(Rule rule) throws Exception {
        return new CepHarness(FraudPatterns.of(rule), true);
    }

    /** Any number of matches may be open: for small inputs. */
    static CepHarness unbraked(Rule rule) throws Exception {
        return new CepHarness(FraudPatterns.of(rule), false);
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

    @Override
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

    @Override
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

    @Override
    List<Alert> alerts() {
        return suppression.extractOutputValues();
    }

    @Override
    List<FraudEvent> late() {
        var late = matching.getSideOutput(LATE);
        return late == null
                ? List.of()
                : late.stream().map(record -> record.getValue().event()).toList();
    }

    @Override
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
