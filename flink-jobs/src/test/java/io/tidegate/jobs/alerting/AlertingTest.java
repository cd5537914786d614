package io.tidegate.jobs.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.Alert;
import java.util.UUID;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class AlertingTest {

    @Test
    void anIdIsTheSameInEveryRun() {
        // Computed once by an independent implementation (Python's uuid.uuid5 with the same namespace and name).
        assertThat(NameUuid.of("rapid-bets", "1", "u1")).isEqualTo("542476b5-36b9-5433-8a78-1bf4618a659e");
        assertThat(UUID.fromString(NameUuid.of("a")).version()).isEqualTo(5);
    }

    @Test
    void partsAreToldApartByTheirBoundaries() {
        assertThat(NameUuid.of("ab", "c")).isNotEqualTo(NameUuid.of("a", "bc"));
    }

    @Test
    void aRuleStaysSilentAboutASubjectUntilItsWindowHasPassed() throws Exception {
        try (var harness = suppression()) {
            harness.open();

            harness.processElement(candidate("r1", "u1", 1_000), 1_000);
            harness.processElement(candidate("r1", "u1", 10_999), 10_999);
            harness.processElement(candidate("r1", "u1", 11_000), 11_000);

            assertThat(harness.extractOutputValues())
                    .extracting(Alert::getDetectedAtMs)
                    .containsExactly(1_000L, 11_000L);
        }
    }

    @Test
    void otherSubjectsAndOtherRulesAreNotSilenced() throws Exception {
        try (var harness = suppression()) {
            harness.open();

            harness.processElement(candidate("r1", "u1", 1_000), 1_000);
            harness.processElement(candidate("r1", "u2", 1_000), 1_000);
            harness.processElement(candidate("r2", "u1", 1_000), 1_000);

            assertThat(harness.extractOutputValues()).hasSize(3);
        }
    }

    @Test
    void nothingIsLeftInStateWhenTheSilenceIsOver() throws Exception {
        try (var harness = suppression()) {
            harness.open();
            harness.processElement(candidate("r1", "u1", 1_000), 1_000);
            harness.processElement(candidate("r1", "u1", 11_000), 11_000);

            harness.processWatermark(21_000);

            assertThat(harness.numKeyedStateEntries()).isZero();
            assertThat(harness.numEventTimeTimers()).isZero();
        }
    }

    @Test
    void aCandidateIsNoGenericType() {
        assertThat(TypeInformation.of(AlertCandidate.class).toString()).doesNotContain("Generic");
    }

    private static AlertCandidate candidate(String rule, String subject, long detectedAtMs) {
        return new AlertCandidate(
                Alert.newBuilder()
                        .setRuleId(rule)
                        .setSubject(subject)
                        .setDetectedAtMs(detectedAtMs)
                        .build(),
                10_000);
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, AlertCandidate, Alert> suppression()
            throws Exception {
        return new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new AlertSuppression()),
                candidate ->
                        candidate.alert().getRuleId() + '\0' + candidate.alert().getSubject(),
                Types.STRING);
    }
}
