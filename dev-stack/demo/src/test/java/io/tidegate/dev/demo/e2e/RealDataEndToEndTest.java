package io.tidegate.dev.demo.e2e;

import static io.tidegate.dev.demo.e2e.Expected.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.replay.oracle.BetStats;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleAlert;
import io.tidegate.replay.oracle.OracleEvent;
import io.tidegate.replay.oracle.OracleTotals;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * Two files of real history through the whole demo, oldest first, twice. Takes some minutes and needs the files, so it runs
 * only where {@code TIDEGATE_E2E_DATASETS} names their folder. The files are read here line by line, without the mappings.
 */
@EnabledIfEnvironmentVariable(named = "TIDEGATE_E2E_DATASETS", matches = ".+")
class RealDataEndToEndTest {

    private static final Duration REPLAY_LIMIT = Duration.ofMinutes(15);
    private static final Warehouse.Span MESSAGES = span("2004-01-01T00:00:00Z", "2005-01-01T00:00:00Z");
    private static final Warehouse.Span BETS = span("2021-10-01T00:00:00Z", "2022-01-01T00:00:00Z");

    private static Warehouse.Span span(String from, String to) {
        return new Warehouse.Span(
                Instant.parse(from).toEpochMilli(), Instant.parse(to).toEpochMilli());
    }

    private static List<String[]> lines(Path file, String separator) throws IOException {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.split(separator)).toList();
        }
    }

    private static List<OracleEvent> messages(Path file) throws IOException {
        List<OracleEvent> events = new ArrayList<>();
        for (String[] line : lines(file, " ")) {
            events.add(OracleEvent.builder(
                            EventType.COMMENT, "line" + events.size(), line[0], Long.parseLong(line[2]) * 1000)
                    .post("page-" + line[1])
                    .author(line[1])
                    .build());
        }
        return events;
    }

    private static List<OracleEvent> bets(Path file) throws IOException {
        List<OracleEvent> events = new ArrayList<>();
        List<String[]> lines = lines(file, ",");
        for (String[] line : lines.subList(1, lines.size())) {
            long time = Instant.parse(line[8]).toEpochMilli();
            BigDecimal payout = line[4].equals("NA")
                    ? BigDecimal.ZERO
                    : new BigDecimal(line[3]).multiply(new BigDecimal(line[4])).setScale(4, RoundingMode.HALF_UP);
            events.add(OracleEvent.builder(EventType.BET, "bet" + line[0], line[2], time)
                    .bet(line[0])
                    .game(line[1])
                    .amount(line[3])
                    .build());
            events.add(OracleEvent.builder(EventType.BET_OUTCOME, "outcome" + line[0], line[2], time + 1000)
                    .bet(line[0])
                    .game(line[1])
                    .payout(payout.toPlainString())
                    .build());
        }
        return events;
    }

    /** Event ids are derived by the replay, so alerts are compared by everything else. */
    private static List<OracleAlert> withoutIds(List<OracleAlert> alerts) {
        return alerts.stream()
                .map(alert -> new OracleAlert(
                        alert.ruleId(),
                        alert.subject(),
                        List.of(Integer.toString(alert.eventIds().size())),
                        alert.startedAtMs(),
                        alert.detectedAtMs()))
                .toList();
    }

    @Test
    void realHistoryComesOutAsTheOracleReadsItAndARepeatChangesNothing() throws IOException, InterruptedException {
        Path files = Path.of(System.getenv("TIDEGATE_E2E_DATASETS"));
        Path messageFile = files.resolve("CollegeMsg.txt");
        Path betFile = files.resolve("bustabit.csv");
        List<OracleEvent> messages = messages(messageFile);
        List<OracleEvent> bets = bets(betFile);

        try (RunningDemo demo = new RunningDemo("real-data")) {
            demo.start();
            for (int round = 1; round <= 2; round++) {
                replayAll(demo, messageFile, "college-messages.yaml", messages.size());
                replayAll(demo, betFile, "bustabit.yaml", bets.size());
                compare(demo.warehouse(), messages, MESSAGES);
                compare(demo.warehouse(), bets, BETS);
                compareTotals(demo.warehouse(), bets);
            }
        }
    }

    private static void replayAll(RunningDemo demo, Path file, String mapping, int events)
            throws IOException, InterruptedException {
        try (CommandRun replay = demo.replay(file, RunningDemo.mapping(mapping))) {
            assertThat(replay.await(REPLAY_LIMIT))
                    .as(replay.out() + replay.err())
                    .isZero();
            assertThat(replay.out()).containsPattern("accepted +" + events + "\n");
            System.out.println(file.getFileName() + "\n" + replay.out());
        }
    }

    private static void compare(Warehouse warehouse, List<OracleEvent> events, Warehouse.Span span) {
        eventually("the rows", () -> {
            assertThat(warehouse.events(span)).isEqualTo(events.size());
            assertThat(warehouse.distinctEvents(span)).isEqualTo(events.size());
        });
        eventually("events and users per minute", () -> assertThat(warehouse.eventCounts(span))
                .isEqualTo(Oracle.eventCounts(events)));
        eventually("activity of posts per minute", () -> assertThat(warehouse.postActivity(span))
                .isEqualTo(Oracle.postActivity(events)));
        List<BetStats> betStats = Oracle.betStats(events);
        eventually("bets per minute", () -> assertThat(warehouse.betStats(span)).isEqualTo(betStats));
        List<OracleAlert> alerts = withoutIds(Oracle.alerts(events));
        eventually("fraud alerts", () -> assertThat(withoutIds(warehouse.fraudAlerts(span)))
                .isEqualTo(alerts));
    }

    private static void compareTotals(Warehouse warehouse, List<OracleEvent> bets) {
        OracleTotals totals = Oracle.totals(bets);
        assertThat(warehouse.number("SELECT toInt64(sum(amount) * 10000) FROM tidegate.events WHERE type = 'bet'"))
                .isEqualTo(totals.turnoverE4());
        assertThat(warehouse.number(
                        "SELECT toInt64(sum(payout) * 10000) FROM tidegate.events WHERE type = 'bet_outcome'"))
                .isEqualTo(totals.payoutE4());
        assertThat(warehouse.number("SELECT uniqExact(user_id) FROM tidegate.events WHERE type = 'bet'"))
                .isEqualTo(totals.users());
    }
}
