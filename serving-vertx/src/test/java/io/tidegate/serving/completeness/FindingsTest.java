package io.tidegate.serving.completeness;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Finding;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.serving.completeness.Findings.Decision;
import io.tidegate.serving.query.CompletenessRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingsTest {

    private static final Instant NOW = Instant.parse("2026-11-15T12:00:00Z");

    @Test
    void nothingIsSaidOfBooksThatBalance() {
        assertThat(decide(List.of(row(10, 0, 100, 100), row(10, 1, 7, 7)), List.of()))
                .isEmpty();
    }

    @Test
    void moreOnTheTopicThanGatewaysSayIsNoDifference() {
        // A gateway that was killed took its last count with it.
        CompletenessRow row = new CompletenessRow(minute(10), "events", 0, 90, 100, 0, 0, 100);

        assertThat(row.difference()).isZero();
    }

    @Test
    void whatWasAcceptedAndNeverReadIsMissing() {
        assertThat(new CompletenessRow(minute(10), "events", 0, 100, 90, 0, 0, 90).difference())
                .isEqualTo(10);
    }

    @Test
    void repeatsAndDeadLettersAreNotMissing() {
        assertThat(new CompletenessRow(minute(10), "events", 0, 100, 100, 3, 2, 95).difference())
                .isZero();
    }

    @Test
    void aMissingRowIsOneAlertThatSaysWhereToLook() {
        List<Decision> decisions = decide(List.of(row(10, 0, 100, 100), row(10, 3, 100, 98)), List.of());

        assertThat(decisions).hasSize(1);
        Alert alert = FindingAlerts.of(decisions.get(0), NOW).orElseThrow();
        assertThat(alert.getRuleId()).isEqualTo("completeness");
        assertThat(alert.getSubject()).isEqualTo("topic:events");
        assertThat(alert.getSeverity()).isEqualTo(Severity.SEVERITY_CRITICAL);
        assertThat(alert.getMessage())
                .isEqualTo("Topic events, 11:10 to 11:11 UTC: 2 of 100 records aren't stored (partition 3).");
    }

    @Test
    void whoeverRaisesItTheIdIsTheSame() {
        List<CompletenessRow> rows = List.of(row(10, 3, 100, 98));

        assertThat(FindingAlerts.of(decide(rows, List.of()).get(0), NOW)
                        .orElseThrow()
                        .getAlertId())
                .isEqualTo(FindingAlerts.of(decide(rows, List.of()).get(0), NOW.plusSeconds(9))
                        .orElseThrow()
                        .getAlertId())
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    }

    @Test
    void rowsTooManyAreAWarning() {
        Decision decision = decide(List.of(row(10, 0, 100, 105)), List.of()).get(0);

        Alert alert = FindingAlerts.of(decision, NOW).orElseThrow();
        assertThat(alert.getSeverity()).isEqualTo(Severity.SEVERITY_WARNING);
        assertThat(alert.getMessage())
                .isEqualTo(
                        "Topic events, 11:10 to 11:11 UTC: 5 rows more than the 100 records there were (partition 0).");
    }

    @Test
    void anOutageThatGoesOnIsOneAlertHoweverLong() {
        List<Finding> known = new ArrayList<>();
        List<CompletenessRow> rows = new ArrayList<>();
        int alerts = 0;
        for (int minute = 10; minute < 40; minute++) {
            rows.add(row(minute, 0, 100, 0));
            rows.add(row(minute, 1, 100, 0));
            alerts += apply(decide(rows, known), known);
            assertThat(decide(rows, known)).isEmpty();
        }

        assertThat(alerts).isEqualTo(1);
        assertThat(known).singleElement().satisfies(finding -> {
            assertThat(finding.getFromMs()).isEqualTo(minute(10));
            assertThat(finding.getToMs()).isEqualTo(minute(39));
            assertThat(finding.getMissing()).isEqualTo(6000);
        });
    }

    @Test
    void anOutageThatHealsFromItsBeginningStaysTheSameOneAndEndsOnce() {
        // Given
        List<Finding> known = new ArrayList<>();
        apply(decide(List.of(row(10, 0, 100, 0), row(14, 0, 100, 0), row(18, 0, 100, 0)), known), known);

        // When the backlog comes in, oldest first
        assertThat(decide(List.of(row(10, 0, 100, 100), row(14, 0, 100, 100), row(18, 0, 100, 50)), known))
                .isEmpty();
        List<Decision> last = decide(List.of(row(10, 0, 100, 100), row(14, 0, 100, 100), row(18, 0, 100, 100)), known);

        // Then
        assertThat(last).hasSize(1);
        Alert alert = FindingAlerts.of(last.get(0), NOW).orElseThrow();
        assertThat(alert.getRuleId()).isEqualTo("completeness-restored");
        assertThat(alert.getMessage())
                .isEqualTo("Topic events, 11:10 to 11:19 UTC: every record is stored once again.");
        apply(last, known);
        assertThat(decide(List.of(row(10, 0, 100, 100)), known)).isEmpty();
    }

    @Test
    void differencesFarApartAndOfAnotherTopicAreAlertsOfTheirOwn() {
        CompletenessRow alert = new CompletenessRow(minute(10), "alerts", 0, 0, 2, 0, 0, 1);

        assertThat(decide(List.of(row(10, 0, 100, 99), row(20, 0, 100, 99), alert), List.of()))
                .hasSize(3)
                .allMatch(Decision.Opened.class::isInstance);
    }

    @Test
    void whatGoesMissingAgainIsToldAgain() {
        List<Finding> known = new ArrayList<>();
        List<CompletenessRow> missing = List.of(row(10, 0, 100, 99));
        List<Decision> first = decide(missing, known);
        apply(first, known);
        apply(decide(List.of(row(10, 0, 100, 100)), known), known);

        List<Decision> second = decide(missing, known);

        assertThat(FindingAlerts.of(second.get(0), NOW).orElseThrow().getAlertId())
                .isNotEqualTo(FindingAlerts.of(first.get(0), NOW).orElseThrow().getAlertId());
    }

    @Test
    void whoeverCannotReachTheStoreNeitherClosesNorReopens() {
        List<Finding> known = new ArrayList<>();
        apply(decide(List.of(row(10, 0, 100, 0)), known), known);
        assertThat(Findings.decide(List.of(row(10, 0, 100, 100)), known, minute(0), false))
                .isEmpty();

        // Another one could, and closed it.
        apply(decide(List.of(row(10, 0, 100, 100)), known), known);
        assertThat(Findings.decide(List.of(row(10, 0, 100, 0)), known, minute(0), false))
                .isEmpty();
    }

    @Test
    void whatIsPastTheWindowIsLeftWithoutSayingThatItCameBack() {
        List<Finding> known = new ArrayList<>();
        apply(decide(List.of(row(10, 0, 100, 99)), known), known);

        List<Decision> decisions = Findings.decide(List.of(), known, minute(11), true);

        assertThat(decisions).singleElement().isInstanceOf(Decision.Expired.class);
        assertThat(FindingAlerts.of(decisions.get(0), NOW)).isEmpty();
    }

    private static List<Decision> decide(List<CompletenessRow> rows, List<Finding> known) {
        return Findings.decide(rows, known, minute(0), true);
    }

    /** As the topic's reader would. @return how many alerts that was */
    private static int apply(List<Decision> decisions, List<Finding> known) {
        int alerts = 0;
        for (Decision decision : decisions) {
            known.removeIf(finding -> finding.getFromMs() == decision.finding().getFromMs());
            known.add(decision.finding());
            alerts += FindingAlerts.of(decision, NOW).isPresent() ? 1 : 0;
        }
        return alerts;
    }

    private static CompletenessRow row(int minute, int partition, long records, long stored) {
        return new CompletenessRow(minute(minute), "events", partition, records, records, 0, 0, stored);
    }

    private static long minute(int minute) {
        return NOW.minusSeconds(3600).plusSeconds(60L * minute).toEpochMilli();
    }
}
