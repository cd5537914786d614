package io.tidegate.dev.chaos.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.dev.chaos.listen.HeardAlert;
import io.tidegate.dev.chaos.load.Fate;
import io.tidegate.dev.chaos.load.SentEvent;
import io.tidegate.dev.chaos.oracle.Evidence.Listened;
import io.tidegate.dev.chaos.oracle.Finding.Kind;
import io.tidegate.dev.chaos.platform.RaisedAlert;
import io.tidegate.dev.chaos.platform.StoredRow;
import io.tidegate.dev.chaos.platform.TopicEvent;
import io.tidegate.replay.oracle.BetStats;
import io.tidegate.replay.oracle.EventCount;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.OracleEvent;
import io.tidegate.replay.oracle.PostActivity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Two players who pass a deposit through, a like and a bet, all sent, stored, counted, raised and heard as it must be. Then one thing is
 * changed, and the judge must see that and nothing else.
 */
class JudgeTest {

    private static final long T = 1_764_000_000_000L; // a full minute
    private static final long UNTIL = T + 60_000;

    private final Map<String, SentEvent> sent = new LinkedHashMap<>();
    private final List<TopicEvent> topic = new ArrayList<>();
    private final List<StoredRow> rows = new ArrayList<>();
    private final List<EventCount> counts = new ArrayList<>();
    private final List<PostActivity> posts = new ArrayList<>();
    private final List<BetStats> bets = new ArrayList<>();
    private final List<RaisedAlert> onTopic = new ArrayList<>();
    private final List<RaisedAlert> inTable = new ArrayList<>();
    private final List<HeardAlert> heard = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    private long finalRows;

    JudgeTest() {
        happen(OracleEvent.builder(EventType.DEPOSIT, "e1", "u1", T).amount("500"), Fate.ACKNOWLEDGED);
        happen(OracleEvent.builder(EventType.WITHDRAWAL, "e2", "u1", T + 300).amount("480"), Fate.ACKNOWLEDGED);
        happen(OracleEvent.builder(EventType.LIKE, "e3", "u3", T + 400).post("p1"), Fate.AMBIGUOUS);
        happen(
                OracleEvent.builder(EventType.BET, "e4", "u3", T + 500)
                        .game("g1")
                        .bet("b1")
                        .amount("2.5")
                        .odds("1.8"),
                Fate.ACKNOWLEDGED);
        happen(OracleEvent.builder(EventType.DEPOSIT, "e5", "u2", T + 600).amount("100"), Fate.ACKNOWLEDGED);
        happen(OracleEvent.builder(EventType.WITHDRAWAL, "e6", "u2", T + 700).amount("100"), Fate.ACKNOWLEDGED);
        // One that was refused, one that was left in doubt and didn't arrive.
        remember(OracleEvent.builder(EventType.LOGIN, "e7", "u4", T + 800).build(), Fate.REFUSED);
        remember(OracleEvent.builder(EventType.LOGIN, "e8", "u4", T + 900).build(), Fate.AMBIGUOUS);
        // A repeat is on the topic twice and stored once.
        topic.add(new TopicEvent(0, 100, T + 5_000, "e1", "u1"));

        counts.add(new EventCount(T, EventType.DEPOSIT, 2, 2));
        counts.add(new EventCount(T, EventType.WITHDRAWAL, 2, 2));
        counts.add(new EventCount(T, EventType.LIKE, 1, 1));
        counts.add(new EventCount(T, EventType.BET, 1, 1));
        posts.add(new PostActivity(T, "p1", 1, 0, 0, 0));
        bets.add(new BetStats(new BetStats.Key(T, "g1", "", "", "", ""), 1, 25_000, 0, 0, 18_000, 1));

        raise(alert("a1", "deposit-cycle", "u1", List.of("e1", "e2"), T + 10, T + 310));
        raise(alert("a2", "deposit-cycle", "u2", List.of("e5", "e6"), T + 610, T + 710));
    }

    /** Appended 10 ms later, stored. */
    private void happen(OracleEvent.Builder builder, Fate fate) {
        OracleEvent event = builder.build();
        remember(event, fate);
        long offset = topic.size();
        topic.add(new TopicEvent(0, offset, event.timeMs() + 10, event.eventId(), event.userId()));
        rows.add(new StoredRow(
                1, event.eventId(), event.userId(), print(event.eventId()), event.timeMs() + 10, 0, offset));
        finalRows++;
    }

    private void remember(OracleEvent event, Fate fate) {
        sent.put(event.eventId(), new SentEvent(event, print(event.eventId()), fate, event.timeMs()));
    }

    private static long print(String id) {
        return 31L * id.hashCode();
    }

    private static RaisedAlert alert(
            String id, String rule, String subject, List<String> events, long startedMs, long detectedMs) {
        return new RaisedAlert("here", id, "fraud", rule, subject, events, startedMs, detectedMs);
    }

    private void raise(RaisedAlert alert) {
        onTopic.add(alert);
        inTable.add(alert);
        hear(alert);
    }

    private void hear(RaisedAlert alert) {
        heard.add(new HeardAlert(
                alert.alertId(), "fraud", alert.ruleId(), alert.subject(), alert.detectedAtMs(), T + 10_000));
    }

    private Verdict judge() {
        return Judge.judge(new Evidence(
                sent,
                topic,
                UNTIL,
                rows,
                finalRows,
                counts,
                posts,
                bets,
                onTopic,
                inTable,
                List.of(new Listened("l1", heard, gaps, ""))));
    }

    private void assertOnly(Kind kind, long count, String said) {
        Verdict verdict = judge();
        for (Kind each : Kind.values()) {
            assertThat(verdict.count(each))
                    .as("%s in %s", each, verdict.findings())
                    .isEqualTo(each == kind ? count : 0);
        }
        assertThat(verdict.first().orElseThrow().what()).contains(said);
    }

    @Test
    void nothingIsFoundWhereEverythingIsAsItMustBe() {
        assertThat(judge().findings()).isEmpty();
        assertThat(judge().isClean()).isTrue();
    }

    @Test
    void anAcknowledgedEventThatIsNotStoredIsLost() {
        rows.remove(3);
        finalRows--;

        assertOnly(Kind.LOST, 1, "event e4 of u3 was acknowledged, isn't stored, and is on the topic");
    }

    @Test
    void anAcknowledgedEventThatNeverReachedTheTopicIsLost() {
        remember(OracleEvent.builder(EventType.LOGIN, "e9", "u4", T + 950).build(), Fate.ACKNOWLEDGED);

        assertOnly(Kind.LOST, 1, "not on the topic either");
    }

    @Test
    void whatTheTopicHasMustBeStoredAlsoWhereTheClientIsInDoubt() {
        rows.remove(2);
        finalRows--;

        assertOnly(Kind.LOST, 1, "event e3 of u3 was in doubt, isn't stored");
    }

    @Test
    void anEventThatIsStoredWithAnotherAmountIsLost() {
        StoredRow row = rows.get(3);
        rows.set(3, new StoredRow(1, "e4", "u3", row.print() + 1, row.appendedAtMs(), 0, row.offset()));

        assertOnly(Kind.LOST, 1, "other fields than sent");
    }

    @Test
    void aRepeatThatTookThePlaceOfItsFirstIsFound() {
        rows.set(0, new StoredRow(1, "e1", "u1", print("e1"), T + 5_000, 0, 100));

        assertOnly(Kind.LOST, 1, "its first record is partition 0, offset 0");
    }

    @Test
    void aRowThatIsThereTwiceIsFoundAlsoInAnotherShard() {
        StoredRow row = rows.get(1);
        rows.add(new StoredRow(2, row.eventId(), row.userId(), row.print(), row.appendedAtMs(), 0, row.offset()));

        assertOnly(Kind.DUPLICATED, 1, "event e2 is stored more than once: shard 1");
    }

    @Test
    void aCountWithFinalThatDiffersIsFound() {
        finalRows++;

        assertOnly(Kind.DUPLICATED, 1, "7 rows with FINAL");
    }

    @Test
    void aRefusedEventMustNotBeStored() {
        rows.add(new StoredRow(1, "e7", "u4", print("e7"), T + 810, 0, 7));
        finalRows++;

        assertOnly(Kind.UNEXPECTED, 1, "event e7 is stored, though every attempt to send it was refused");
    }

    @Test
    void anEventThatNobodySentMustNotBeStored() {
        rows.add(new StoredRow(1, "e99", "u4", 1, T + 810, 0, 7));
        finalRows++;

        assertOnly(Kind.UNEXPECTED, 1, "event e99 is stored, and nobody sent it");
    }

    @Test
    void aWindowThatCountsOneTooManyIsWrong() {
        counts.set(0, new EventCount(T, EventType.DEPOSIT, 3, 2));

        assertOnly(Kind.WINDOW, 1, "but the events say");
    }

    @Test
    void aWindowThatIsMissingOrInvented() {
        posts.set(0, new PostActivity(T, "p2", 1, 0, 0, 0));

        assertOnly(Kind.WINDOW, 2, "post_activity_1m");
    }

    @Test
    void aWindowWhoseTurnoverIsWrong() {
        bets.set(0, new BetStats(new BetStats.Key(T, "g1", "", "", "", ""), 1, 50_000, 0, 0, 18_000, 1));

        assertOnly(Kind.WINDOW, 1, "bet_stats_1m");
    }

    @Test
    void aWindowThatIsSpreadOverTwoShardsIsWrong() {
        counts.add(counts.get(0));

        assertOnly(Kind.WINDOW, 1, "a window in two shards");
    }

    @Test
    void anAlertThatTheEventsAskForIsMissing() {
        onTopic.remove(1);
        inTable.remove(1);
        heard.remove(1);

        assertOnly(Kind.ALERT, 1, "the events ask for an alert that isn't there: deposit-cycle about u2");
    }

    @Test
    void anAlertThatTheEventsDoNotExplain() {
        raise(alert("a3", "rapid-bets", "u3", List.of("e4"), T + 510, T + 510));

        assertOnly(Kind.ALERT, 1, "an alert that the events don't explain: rapid-bets about u3");
    }

    @Test
    void anAlertThatWasCommittedTwice() {
        onTopic.add(onTopic.get(0));

        assertOnly(Kind.ALERT, 1, "topic alerts: a1 is there twice");
    }

    @Test
    void anAlertThatIsStoredTwice() {
        inTable.add(inTable.get(0));

        assertOnly(Kind.ALERT, 1, "table alerts: a1 is there twice");
    }

    @Test
    void anAlertThatIsNotInTheTable() {
        inTable.remove(0);

        assertOnly(Kind.ALERT, 1, "on the topic, not in the table");
    }

    @Test
    void anAlertThatIsOnlyInTheTable() {
        onTopic.remove(1);
        heard.remove(1);

        // It is neither on the topic nor, for the readers of the topic, raised at all.
        assertOnly(Kind.ALERT, 2, "");
    }

    @Test
    void whatThePlatformSaysAboutItselfIsNotExplainedByEventsButComparedAllTheSame() {
        RaisedAlert about = new RaisedAlert("here", "s1", "system", "completeness", "p0", List.of(), T, T + 1_000);
        onTopic.add(about);
        inTable.add(about);
        assertOnly(Kind.LISTENER, 1, "listener l1 never got alert s1");
        hear(about);

        assertThat(judge().findings()).isEmpty();
    }

    @Test
    void alertsAfterTheEndOfTheInquiryDoNotCount() {
        onTopic.add(alert("a9", "rapid-bets", "u3", List.of("e4"), UNTIL + 1, UNTIL + 1));

        assertThat(judge().findings()).isEmpty();
    }

    @Test
    void aListenerThatMissesOne() {
        heard.remove(0);

        assertOnly(Kind.LISTENER, 1, "listener l1 never got alert a1");
    }

    @Test
    void aListenerThatGetsOneAgain() {
        heard.add(heard.get(0));

        assertOnly(Kind.LISTENER, 1, "listener l1 got alert a1 again");
    }

    @Test
    void aListenerThatGetsWhatWasNeverCommitted() {
        hear(alert("a3", "rapid-bets", "u3", List.of("e4"), T + 510, T + 510));

        assertOnly(Kind.LISTENER, 1, "which was never committed");
    }

    @Test
    void aListenerThatGetsTwoOfASubjectTheWrongWayRound() {
        // A second one of u1, an hour later and of a later deposit: made up only for the order.
        RaisedAlert later = new RaisedAlert("here", "s2", "system", "x", "u1", List.of(), T, T + 2_000);
        onTopic.add(later);
        inTable.add(later);
        hear(later);
        assertThat(judge().findings()).isEmpty();
        heard.add(0, heard.remove(2));

        assertOnly(Kind.LISTENER, 1, "after one that comes after it on the topic");
    }

    @Test
    void aListenerThatIsToldOfAGap() {
        gaps.add("from here to there");

        assertOnly(Kind.LISTENER, 1, "listener l1 was told of a gap");
    }
}
