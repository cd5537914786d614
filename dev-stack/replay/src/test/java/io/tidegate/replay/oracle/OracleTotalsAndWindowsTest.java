package io.tidegate.replay.oracle;

import static io.tidegate.replay.oracle.EventType.BET;
import static io.tidegate.replay.oracle.EventType.BET_OUTCOME;
import static io.tidegate.replay.oracle.EventType.COMMENT;
import static io.tidegate.replay.oracle.EventType.LIKE;
import static io.tidegate.replay.oracle.EventType.POST;
import static io.tidegate.replay.oracle.EventType.SHARE;
import static io.tidegate.replay.oracle.EventType.UNLIKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OracleTotalsAndWindowsTest {

    private static final long MINUTE = 60_000;

    private final List<OracleEvent> events = new ArrayList<>();

    private OracleEvent.Builder event(EventType type, String user, long timeMs) {
        return OracleEvent.builder(type, "e" + events.size(), user, timeMs);
    }

    private void react(EventType type, String user, long timeMs, String post, String author) {
        events.add(event(type, user, timeMs).post(post).author(author).build());
    }

    @Test
    void totalsCountEachEventIdOfAUserOnce() {
        events.add(event(BET, "u", 0).game("g").amount("1.5").build());
        events.add(events.get(0));
        events.add(OracleEvent.builder(BET, "e0", "v", 0).game("g").amount("2").build());
        events.add(
                event(BET_OUTCOME, "u", 1).game("g").bet("b").payout("3.0001").build());

        assertThat(Oracle.totals(events))
                .isEqualTo(new OracleTotals(3, Map.of(BET, 2L, BET_OUTCOME, 1L), 2, 35_000, 30_001));
    }

    @Test
    void usersAreCountedOncePerMinuteAndType() {
        react(LIKE, "u", 0, "p", "");
        react(LIKE, "u", MINUTE - 1, "p", "");
        react(LIKE, "v", MINUTE - 1, "p", "");
        react(COMMENT, "u", MINUTE - 1, "p", "");
        react(LIKE, "u", MINUTE, "p", "");

        assertThat(Oracle.eventCounts(events))
                .containsExactly(
                        new EventCount(0, LIKE, 3, 2),
                        new EventCount(0, COMMENT, 1, 1),
                        new EventCount(MINUTE, LIKE, 1, 1));
    }

    @Test
    void aMinuteBeforeTheEpochBeginsAtItsStart() {
        react(LIKE, "u", -1, "p", "");

        assertThat(Oracle.eventCounts(events)).containsExactly(new EventCount(-MINUTE, LIKE, 1, 1));
    }

    @Test
    void activityIsPerPostAndThePostItselfIsNone() {
        react(POST, "a", 0, "p", "");
        react(LIKE, "u", 1, "p", "");
        react(UNLIKE, "u", 2, "p", "");
        react(SHARE, "u", 3, "q", "");
        react(COMMENT, "u", MINUTE, "p", "");

        assertThat(Oracle.postActivity(events))
                .containsExactly(
                        new PostActivity(0, "p", 1, 1, 0, 0),
                        new PostActivity(0, "q", 0, 0, 0, 1),
                        new PostActivity(MINUTE, "p", 0, 0, 1, 0));
    }

    @Test
    void anOutcomeCountsUnderItsMinuteAndTheDimensionsOfItsBet() {
        events.add(event(BET, "u", 0)
                .game("g")
                .bet("b")
                .amount("2")
                .odds("1.5")
                .city("Porto")
                .deviceType("phone")
                .betType("single")
                .currency("EUR")
                .build());
        events.add(
                event(BET_OUTCOME, "u", MINUTE).game("g").bet("b").payout("3").build());

        assertThat(Oracle.betStats(events))
                .containsExactly(
                        new BetStats(
                                new BetStats.Key(0, "g", "Porto", "phone", "single", "EUR"),
                                1,
                                20_000,
                                0,
                                0,
                                15_000,
                                1),
                        new BetStats(
                                new BetStats.Key(MINUTE, "g", "Porto", "phone", "single", "EUR"),
                                0,
                                0,
                                1,
                                30_000,
                                0,
                                0));
    }

    @Test
    void anOutcomeWhoseBetIsUnknownCountsUnderItsOwnGame() {
        events.add(event(BET, "someone else", 0)
                .game("g")
                .bet("b")
                .city("Porto")
                .amount("2")
                .build());
        events.add(event(BET_OUTCOME, "u", 0).game("g").bet("b").payout("3").build());

        assertThat(Oracle.betStats(events))
                .filteredOn(row -> row.outcomes() > 0)
                .containsExactly(new BetStats(new BetStats.Key(0, "g", "", "", "", ""), 0, 0, 1, 30_000, 0, 0));
    }

    @Test
    void aMilestoneIsReachedByNetLikesAndOnlyOnce() {
        react(POST, "author", 0, "p", "");
        for (int i = 0; i < 9; i++) {
            react(LIKE, "u" + i, 1, "p", "");
        }
        react(UNLIKE, "u0", 2, "p", "");
        react(LIKE, "u0", 3, "p", ""); // nine again
        react(LIKE, "v", 4, "p", ""); // ten: e12
        react(UNLIKE, "v", 5, "p", "");
        react(LIKE, "v", 6, "p", ""); // ten again

        assertThat(Oracle.milestones(events)).containsExactly(new OracleMilestone("p", 10, "author", "e12", 4));
    }

    @Test
    void withoutAPostEventTheAuthorIsTheFirstWhomAnybodyNames() {
        for (int i = 0; i < 10; i++) {
            react(LIKE, "u" + i, i, "named", i < 3 ? "" : "author" + i);
            react(LIKE, "u" + i, i, "unknown", "");
            react(LIKE, "u" + i, i, "later", "");
        }
        react(COMMENT, "u", 20, "later", "at last");
        react(POST, "too late", 21, "later", "");

        assertThat(Oracle.milestones(events))
                .extracting(OracleMilestone::postId, OracleMilestone::recipient)
                .containsExactly(tuple("named", "author3"), tuple("unknown", ""), tuple("later", "at last"));
    }

    @Test
    void theFirstWhoPostedItBeatsWhatOthersSay() {
        react(LIKE, "u", 0, "p", "said to be");
        react(POST, "first", 1, "p", "");
        react(POST, "second", 2, "p", "");
        for (int i = 0; i < 9; i++) {
            react(LIKE, "u" + i, 3, "p", "said to be");
        }

        assertThat(Oracle.milestones(events))
                .extracting(OracleMilestone::recipient)
                .containsExactly("first");
    }
}
