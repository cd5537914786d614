package io.tidegate.dev.demo.e2e;

import static io.tidegate.dev.demo.e2e.Expected.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleAlert;
import io.tidegate.replay.oracle.OracleEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Generated history through the whole demo: gateway, broker, jobs, tables. The tests share a demo, because it takes its time to
 * start; each has users, posts and a span of event time of its own. The clock of a replay only goes forward, so spans are
 * handed out in the order in which the tests run, whichever that is.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplayEndToEndTest {

    private static final Duration REPLAY_LIMIT = Duration.ofMinutes(5);
    private static final long DAY_MS = Duration.ofDays(1).toMillis();
    /** Enough that each partition has several of them. */
    private static final int SENTINELS = 64;

    private RunningDemo demo;
    private long nextDayMs = Instant.parse("2021-03-01T10:00:00Z").toEpochMilli();

    @BeforeAll
    void start() throws IOException, InterruptedException {
        demo = new RunningDemo("replay");
        demo.start();
    }

    @AfterAll
    void stop() throws IOException {
        demo.close();
    }

    private long takeDay() {
        long day = nextDayMs;
        nextDayMs += DAY_MS;
        return day;
    }

    private static Warehouse.Span dayOf(long startMs) {
        return new Warehouse.Span(startMs, startMs + DAY_MS / 2);
    }

    private CommandRun replay(Path file, String... more) throws IOException, InterruptedException {
        return demo.replay(file, RunningDemo.mapping("events.yaml"), more);
    }

    private static void assertAllAccepted(CommandRun replay, int events) throws IOException, InterruptedException {
        assertThat(replay.await(REPLAY_LIMIT)).as(replay.out() + replay.err()).isZero();
        assertThat(replay.out())
                .containsPattern("sent +" + events + "\n")
                .containsPattern("accepted +" + events + "\n")
                .containsPattern("rejected +0\n");
    }

    @Test
    void tablesAndAlertsAreWhatTheOracleFindsAndARepeatChangesNothing() throws IOException, InterruptedException {
        long start = takeDay();
        List<OracleEvent> events = GeneratedHistory.of("once", 1, start, 6_000);
        assertEveryRuleAlerts(events, "once");
        Path file = EventFile.write(demo.folder().resolve("once.ndjson"), events);

        try (CommandRun replay = replay(file)) {
            assertAllAccepted(replay, events.size());
        }
        new Expected(events, dayOf(start), "once-").awaitIn(demo.warehouse());
        String counters = counters("once-post1");
        List<String> before = demo.warehouse().fingerprint(dayOf(start), "once-");

        try (CommandRun repeat = replay(file)) {
            assertAllAccepted(repeat, events.size());
        }
        // What is sent after the repeat has come out at the far end of every job and partition, so the repeat has too.
        sentinels("after-once");

        assertThat(demo.warehouse().fingerprint(dayOf(start), "once-")).isEqualTo(before);
        new Expected(events, dayOf(start), "once-").awaitIn(demo.warehouse());
        assertThat(counters("once-post1")).isEqualTo(counters);
        theBooksBalance(2 * events.size());
    }

    @Test
    void aStopInTheMiddleOfAReplayLosesAndDoublesNothing() throws IOException, InterruptedException {
        interruptedBy("term", 2, () -> demo.terminate());
    }

    @Test
    void aKillInTheMiddleOfAReplayLosesAndDoublesNothing() throws IOException, InterruptedException {
        interruptedBy("kill", 3, () -> demo.kill());
    }

    private interface Interruption {
        void happen() throws IOException, InterruptedException;
    }

    /** The replay isn't told: it finds the gateway gone, waits, and goes on with the batch that was not answered. */
    private void interruptedBy(String name, long seed, Interruption interruption)
            throws IOException, InterruptedException {
        long start = takeDay();
        List<OracleEvent> events = GeneratedHistory.of(name, seed, start, 4_000);
        Path file = EventFile.write(demo.folder().resolve(name + ".ndjson"), events);
        Expected expected = new Expected(events, dayOf(start), name + "-");

        // Two hours in about twenty seconds, so that there is a middle to be caught.
        try (CommandRun replay = replay(file, "--speed", "360x", "--batch-size", "200")) {
            await("a third of the rows")
                    .atMost(REPLAY_LIMIT)
                    .pollInterval(Duration.ofMillis(250))
                    .failFast(() -> assertThat(replay.process().isAlive())
                            .as(() -> "the replay has ended:\n" + replay.errOrNothing())
                            .isTrue())
                    .until(() -> demo.warehouse().events(dayOf(start)) > events.size() / 3);
            interruption.happen();
            assertThat(replay.process().isAlive())
                    .as("the replay is still under way")
                    .isTrue();
            demo.start();
            assertAllAccepted(replay, events.size());
        }

        expected.awaitIn(demo.warehouse());
        theBooksBalance(events.size());
    }

    /** Whatever was stopped, killed or sent twice: what was accepted, read and stored agrees, minute by minute. */
    private void theBooksBalance(int eventsAtLeast) throws IOException, InterruptedException {
        String token = demo.token("auditor", "analyst");
        eventually("the books balance", () -> {
            List<String[]> rows = demo.get("/api/v1/completeness?format=csv", token)
                    .lines()
                    .skip(1)
                    .map(line -> line.split(",", -1))
                    .toList();
            assertThat(rows).extracting(row -> row[1]).contains("events", "alerts", "notifications");
            assertThat(rows)
                    .allSatisfy(
                            row -> assertThat(row[8]).as(String.join(",", row)).isEqualTo("0"));
            assertThat(rows.stream()
                            .filter(row -> row[1].equals("events"))
                            .mapToLong(row -> Long.parseLong(row[4]))
                            .sum())
                    .isGreaterThanOrEqualTo(eventsAtLeast);
        });
    }

    /** Two logins and a like of many users, in whichever partition they are; waits until all jobs have told about them. */
    private void sentinels(String name) throws IOException, InterruptedException {
        long start = takeDay();
        List<OracleEvent> events = new ArrayList<>();
        for (int i = 0; i < SENTINELS; i++) {
            String user = name + "-user" + i;
            long at = start + 10L * i;
            events.add(OracleEvent.builder(EventType.LOGIN, user + "-a", user, at)
                    .country("DE")
                    .build());
            events.add(OracleEvent.builder(EventType.LOGIN, user + "-b", user, at + 1)
                    .country("BR")
                    .build());
            events.add(OracleEvent.builder(EventType.LIKE, user + "-c", user, at + 2)
                    .post(name + "-post")
                    .author(name + "-author")
                    .build());
        }
        Path file = EventFile.write(demo.folder().resolve(name + ".ndjson"), events);
        try (CommandRun replay = replay(file)) {
            assertAllAccepted(replay, events.size());
        }
        assertThat(Oracle.alerts(events)).hasSize(SENTINELS);
        new Expected(events, dayOf(start), name + "-").awaitIn(demo.warehouse());
    }

    private String counters(String post) throws IOException, InterruptedException {
        String[] answer = new String[1];
        String token = demo.token("reader", "analyst");
        eventually(
                "live counters of " + post, () -> answer[0] = demo.get("/api/v1/posts/" + post + "/counters", token));
        return answer[0];
    }

    /** The history is worth its name only where each rule has something to find and something to leave alone. */
    private static void assertEveryRuleAlerts(List<OracleEvent> events, String name) {
        List<OracleAlert> alerts = Oracle.alerts(events);
        assertThat(alerts)
                .extracting(OracleAlert::ruleId)
                .contains(
                        "rapid-bets",
                        "bet-escalation",
                        "probe-then-strike",
                        "deposit-cycle",
                        "country-hop",
                        "shared-device",
                        "like-burst",
                        "lockstep-likes");
        assertThat(alerts)
                .extracting(OracleAlert::subject)
                .contains(
                        name + "-rapid-exact",
                        name + "-likes-exact",
                        name + "-double-exact",
                        name + "-strike-exact",
                        name + "-cycle-exact",
                        name + "-cycle-hardly-played",
                        name + "-hop-exact",
                        "device:" + name + "-shared-exact",
                        "post:" + name + "-step1|device:" + name + "-step-device",
                        "post:" + name + "-step4|ip:192.0.2.7")
                .doesNotContain(
                        name + "-rapid-late",
                        name + "-rapid-few",
                        name + "-likes-late",
                        name + "-likes-few",
                        name + "-double-late",
                        name + "-double-less",
                        name + "-strike-late",
                        name + "-strike-less",
                        name + "-cycle-late",
                        name + "-cycle-less",
                        name + "-cycle-played",
                        name + "-hop-late",
                        name + "-hop-nowhere",
                        "device:" + name + "-shared-late",
                        "post:" + name + "-step2|device:" + name + "-step-device",
                        "post:" + name + "-step3|device:" + name + "-step-device");
    }
}
