package io.tidegate.dev.chaos.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryReportTest {

    @Test
    void theFiguresAreThoseOfTheFirstAlerts() {
        RecoveryReport report = report(Optional.empty(), List.of(), 4.0, 2.5, 3.0, 9.0);

        assertThat(report.fastest()).isEqualTo(2.5);
        assertThat(report.median()).isEqualTo(3.5);
        assertThat(report.slowest()).isEqualTo(9.0);
        assertThat(report.exitStatus()).isZero();
    }

    @Test
    void oneThatIsTooLateIsAFailure() {
        assertThat(report(Optional.of(Duration.ofSeconds(5)), List.of(), 2.0, 5.1)
                        .exitStatus())
                .isEqualTo(1);
        assertThat(report(Optional.of(Duration.ofSeconds(5)), List.of(), 2.0, 5.0)
                        .exitStatus())
                .isZero();
    }

    @Test
    void anAlertThatIsMissingOrTwiceIsAFailureHoweverFastTheOthersCame(@TempDir Path directory) throws Exception {
        List<String> wrong = StrikeCheck.wrong("on the topic", Set.of("a", "b", "c"), List.of("b", "c", "c"));

        assertThat(wrong).containsExactly("a has no alert on the topic", "c has 2 alerts on the topic");
        RecoveryReport report = report(Optional.empty(), wrong, 2.0);
        assertThat(report.exitStatus()).isEqualTo(1);
        assertThat(report.lines()).contains("  a has no alert on the topic", "  c has 2 alerts on the topic");
        Path file = directory.resolve("report.json");
        report.write(file);
        assertThat(Files.readString(file)).contains("\"wrong\" : 2", "\"firstAlert\" : 2.0");
    }

    private static RecoveryReport report(Optional<Duration> within, List<String> wrong, double... firstAlerts) {
        List<Kill> kills = Arrays.stream(firstAlerts)
                .mapToObj(first -> new Kill("taskmanager-1", true, 0.8, 1.0, 1.5, first - 0.1, first, first + 3))
                .toList();
        return new RecoveryReport(kills, within, 3, wrong);
    }
}
