package io.tidegate.dev.chaos.steady;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.dev.chaos.Inquest.Findings;
import io.tidegate.dev.chaos.oracle.Evidence;
import io.tidegate.dev.chaos.oracle.Judge;
import io.tidegate.dev.chaos.platform.StoredRow;
import io.tidegate.dev.chaos.steady.Outage.Fired;
import io.tidegate.dev.chaos.steady.SteadyReport.Books;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run in which all is as it must be; then one thing is changed, and the report must say that and nothing else. */
class SteadyReportTest {

    private boolean pendingIsWrong = true;
    private final Map<SeenAlert, Long> quietAlerts = new LinkedHashMap<>();
    private final List<Minute> minutes = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final List<String> died = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private final List<StoredRow> rows = new ArrayList<>();
    private OptionalDouble underReplicated = seconds(140);
    private OptionalDouble told = seconds(80);
    private OptionalDouble cleared = seconds(30);
    private OptionalDouble resolved = seconds(60);
    private final List<SeenAlert> others = new ArrayList<>();
    private Books books = new Books(100, 0, 0);

    SteadyReportTest() {
        for (int minute = 0; minute <= 10; minute++) {
            minutes.add(new Minute(minute, seconds(200), seconds(0.05), seconds(12), 40, 0));
            samples.add(new Sample(
                    minute * 60_000L,
                    minute,
                    "gateway-1",
                    17,
                    300,
                    40,
                    // Rises by one a minute, in the second half by two.
                    100 + minute + Math.max(0, minute - 5),
                    6.0 * minute,
                    seconds(90),
                    minute % 10 == 0 ? seconds(60) : OptionalDouble.empty(),
                    seconds(16)));
        }
    }

    @Test
    void whereNothingFiredAndNothingIsMissingAllIsWell(@TempDir Path directory) throws Exception {
        SteadyReport report = report();

        assertThat(report.violations()).isEmpty();
        assertThat(report.exitStatus()).isZero();
        assertThat(report.lines())
                .contains(
                        "Nothing fired, nothing is missing",
                        "KafkaUnderReplicated fired 140 s after the death of kafka-2")
                .contains(
                        "An event takes 200 bytes on each replica of its topic, ticks included, and 50 in table events;"
                                + " last checkpoints: {fraud=77} bytes")
                .anyMatch(line -> line.matches("gateway-1 +300 → 300 +60 → 60 +16 → 16 +40 → 40 +100 → 115 +0\\.10"));
        Path file = directory.resolve("report.json");
        report.write(file);
        assertThat(Files.readString(file))
                .contains("\"violations\" : 0", "\"toldAfterSeconds\" : 80.000", "\"perHour\" : 120.000");
    }

    @Test
    void anAlertInTheQuietTimeIsWrongAlsoWhileItIsPending() {
        quietAlerts.put(new SeenAlert("ConsumerLag", "pending", Map.of("job_name", "fraud")), 2L);

        assertWrong("in the quiet time: ConsumerLag (job_name=fraud) pending, at 2 evaluations");

        pendingIsWrong = false;
        assertThat(report().violations()).isEmpty();

        quietAlerts.put(new SeenAlert("ConsumerLag", "firing", Map.of("job_name", "fraud")), 1L);
        assertWrong("in the quiet time: ConsumerLag (job_name=fraud) firing, at 1 evaluations");
    }

    @Test
    void whoEndsUnaskedIsNamed() {
        died.add("redis doesn't run");

        assertWrong("in the quiet time: redis doesn't run");
    }

    @Test
    void aStepThatCouldNotBeTakenIsWrongAndTheOthersStillCount() {
        failed.add("reading the books failed: timed out");

        assertWrong("reading the books failed: timed out");
    }

    @Test
    void aLoadThatCannotKeepUpIsNotSteady() {
        minutes.add(new Minute(11, seconds(150), seconds(0.05), seconds(12), 7_400, 0));

        assertWrong("the rate wasn't steady: the load was up to 7 s late");
    }

    @Test
    void anAlertThatIsMissingOrStaysOrIsAnotherIsWrong() {
        underReplicated = OptionalDouble.empty();
        assertWrong("KafkaUnderReplicated didn't fire though kafka-2 was dead");

        underReplicated = seconds(140);
        told = OptionalDouble.empty();
        assertWrong("Alertmanager told nobody that kafka-2 was dead");

        told = seconds(80);
        cleared = OptionalDouble.empty();
        assertWrong("with kafka-2 back, the alerts didn't clear");

        cleared = seconds(30);
        resolved = OptionalDouble.empty();
        assertWrong("Alertmanager told nobody that kafka-2 was back");

        resolved = seconds(60);
        others.add(new SeenAlert("FlinkJobMissing", "firing", Map.of()));
        assertWrong("while kafka-2 was dead: FlinkJobMissing firing");
    }

    @Test
    void booksThatDontBalanceOrDontCloseAreWrong() {
        books = new Books(100, 0, 3);
        assertWrong("the books: 100 entries balance, 3 don't, 0 are still open");

        books = new Books(100, 2, 0);
        assertWrong("the books: 100 entries balance, 0 don't, 2 are still open");

        books = new Books(0, 0, 0);
        assertWrong("the books: 0 entries balance, 0 don't, 0 are still open");
    }

    @Test
    void aRowThatNobodySentIsWrong() {
        rows.add(new StoredRow(1, "e1", "u1", 1, 1_000, 0, 0));

        assertThat(report().violations()).hasSize(1).first().asString().startsWith("UNEXPECTED: ");
        assertThat(report().exitStatus()).isEqualTo(1);
    }

    @Test
    void whatCouldNotBeLookedAtIsNotWell() {
        SteadyReport report = new SteadyReport(
                settings(),
                0,
                Map.of(),
                minutes,
                samples,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        assertThat(report.violations())
                .containsExactly(
                        "it didn't come to the broker's death",
                        "the books weren't read",
                        "the events weren't compared");
    }

    private void assertWrong(String line) {
        assertThat(report().violations()).containsExactly(line);
        assertThat(report().exitStatus()).isEqualTo(1);
        assertThat(report().lines()).contains("1 things are wrong:", "  " + line);
    }

    private SteadyReport report() {
        Evidence evidence = new Evidence(
                Map.of(),
                List.of(),
                0,
                rows,
                rows.size(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        return new SteadyReport(
                settings(),
                0,
                quietAlerts,
                minutes,
                samples,
                died,
                failed,
                Optional.of(new Outage(
                        "kafka-2",
                        List.of(
                                new Fired("InstanceDown", seconds(75)),
                                new Fired("KafkaUnderReplicated", underReplicated)),
                        told,
                        cleared,
                        resolved,
                        others)),
                Optional.of(new Findings(
                        Judge.judge(evidence), 10, 10, 0, 0, 10, 10, 3, 1, 0, 0, List.of("nginx: 1 alerts"))),
                Optional.of(books),
                Optional.of(new Costs(2_000, 500, 10, Map.of("fraud", 77L))));
    }

    private SteadySettings settings() {
        return new SteadySettings(
                Path.of("."),
                Path.of("."),
                0,
                Duration.ofMinutes(10),
                200,
                1,
                "kafka-2",
                false,
                pendingIsWrong,
                Duration.ofMinutes(10),
                false);
    }

    private static OptionalDouble seconds(double value) {
        return OptionalDouble.of(value);
    }
}
