package io.tidegate.jobs.upgrade;

import io.tidegate.contracts.rules.RuleCatalog;
import io.tidegate.contracts.rules.RuleDefinition;
import io.tidegate.contracts.rules.RuleRecords;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.aggregation.Arrival;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.OracleEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What happens on the platform in three chapters, between which jobs are upgraded. Everything that a job keeps in state is
 * begun in one chapter and finished in a later one: half of a pattern, of a window, of a milestone; a bet without its outcome;
 * an event that is sent again; a rule that was changed. The first chapter raises no alert and no notification.
 *
 * <p>Times are fixed, and are append times too, so a savepoint of it never grows old. Never change the first chapter or its times:
 * the golden savepoints were taken after it.
 */
final class Story {

    static final long START_MS = Instant.parse("2026-11-01T12:00:00Z").toEpochMilli();

    /** The rule that was changed, and what its new version asks for. */
    static final String CHANGED_RULE = "like-burst";

    static final int CHANGED_RULE_LIKES = 5;
    /** Who breaks the rule as it was changed, and wouldn't have as it was. */
    static final String BURSTER = "burster";

    static final String WINNER = "winner";
    static final String TIRELESS = "tireless";

    /**
     * @param beginMs no record of it is appended before
     * @param events in the order of the topic
     * @param endMs the time of the ticks behind them, before any later event
     */
    record Chapter(long beginMs, List<OracleEvent> events, long endMs) {

        /** When it happened; for a repeat, when it is sent again. */
        long appendedAtMs(OracleEvent event) {
            return Math.max(beginMs, event.timeMs());
        }
    }

    private final List<OracleEvent> current = new ArrayList<>();

    private Story() {}

    static List<Chapter> chapters() {
        return List.of(new Story().first(), new Story().second(), new Story().third());
    }

    /** The events of all chapters, as an oracle reads them. */
    static List<OracleEvent> all() {
        return chapters().stream().flatMap(chapter -> chapter.events().stream()).toList();
    }

    private Chapter first() {
        add(event(EventType.POST, "author", 0).post("p1"));
        likes("p1", "early", 6, 1_000);
        likes("hot", "crowd1-", 30, 20_000);
        bets("rapid", 12, 25_000, 100);
        bets(TIRELESS, 42, 0, 700);
        add(event(EventType.LOGIN, "hopper", 2_000).country("NO"));
        add(event(EventType.LOGIN, "sharer1", 3_000).device("shared"));
        add(event(EventType.LOGIN, "sharer2", 3_500).device("shared"));
        add(event(EventType.DEPOSIT, "cycler", 4_000).amount("1000"));
        add(bet(WINNER, "bet-won", 5_000, "0.5"));
        escalation(6_000, "0.01", "0.02", "0.04");
        add(event(EventType.COMMENT, "author", 8_000).post("p1"));
        return chapter(0, 29_999);
    }

    private Chapter second() {
        // As a client that had no answer sends it again.
        new Story().first().events().stream().limit(25).forEach(current::add);
        likes("p1", "late", 4, 30_000);
        likes("hot", "crowd2-", 30, 30_500);
        add(event(EventType.POST, "star", 31_000).post("hot"));
        bets("rapid", 10, 30_100, 100);
        bets(TIRELESS, 10, 30_050, 700);
        for (int i = 0; i < CHANGED_RULE_LIKES; i++) {
            add(event(EventType.LIKE, BURSTER, 32_000 + i * 10).post("burst" + i));
        }
        add(event(EventType.LOGIN, "hopper", 33_000).country("SE"));
        add(event(EventType.LOGIN, "sharer3", 33_500).device("shared"));
        add(event(EventType.WITHDRAWAL, "cycler", 34_000).amount("950"));
        add(event(EventType.BET_OUTCOME, WINNER, 35_000)
                .bet("bet-won")
                .game("g-" + WINNER)
                .payout("50")
                .currency("EUR"));
        escalation(36_000, "0.08", "0.16");
        likes("hot", "crowd3-", 30, 40_000);
        likes("hot", "crowd4-", 30, 50_000);
        bets("swift", 12, 55_000, 100);
        return chapter(30_000, 59_999);
    }

    private Chapter third() {
        bets("swift", 12, 60_000, 100);
        likes("p1", "last", 3, 60_500);
        add(event(EventType.UNLIKE, "late0", 61_000).post("p1"));
        add(event(EventType.SHARE, "late1", 62_000).post("hot"));
        add(event(EventType.LOGIN, "hopper", 63_000).country("DK"));
        return chapter(60_000, 600_000);
    }

    private Chapter chapter(long fromMs, long toMs) {
        long beginMs = START_MS + fromMs;
        List<OracleEvent> sorted = new ArrayList<>(current);
        sorted.sort(Comparator.comparingLong(event -> Math.max(beginMs, event.timeMs())));
        return new Chapter(beginMs, List.copyOf(sorted), START_MS + toMs);
    }

    private void likes(String post, String users, int count, long fromMs) {
        for (int i = 0; i < count; i++) {
            add(event(EventType.LIKE, users + i, fromMs + i * 10L).post(post));
        }
    }

    private void bets(String user, int count, long fromMs, long everyMs) {
        for (int i = 0; i < count; i++) {
            add(bet(user, "", fromMs + i * everyMs, "0.01"));
        }
    }

    private void escalation(long fromMs, String... amounts) {
        for (int i = 0; i < amounts.length; i++) {
            add(bet("climber", "", fromMs + i * 100L, amounts[i]));
        }
    }

    private static OracleEvent.Builder bet(String user, String betId, long atMs, String amount) {
        return event(EventType.BET, user, atMs)
                .bet(betId.isEmpty() ? "bet-" + user + "-" + atMs : betId)
                .game("g-" + user)
                .amount(amount)
                .odds("2.5")
                .currency("EUR")
                .betType("single")
                .city("Oslo")
                .deviceType("mobile");
    }

    private static OracleEvent.Builder event(EventType type, String user, long atMs) {
        return OracleEvent.builder(type, type.wireName() + "-" + atMs, user, START_MS + atMs);
    }

    private void add(OracleEvent.Builder event) {
        current.add(event.build());
    }

    /** The event on the wire. */
    static Event message(OracleEvent event) {
        return new Arrival(0, 0, event.timeMs(), event)
                .message().toBuilder()
                        .setIp(event.ip())
                        .setDeviceId(event.deviceId())
                        .setCountry(event.country())
                        .build();
    }

    /** What topic {@code rules} says before the first chapter. */
    static byte[] changedRule() {
        RuleDefinition rule = RuleCatalog.defaults().get(CHANGED_RULE);
        return RuleRecords.encode(new RuleDefinition(
                        rule.id(),
                        2,
                        true,
                        rule.severity(),
                        rule.window(),
                        Map.of("likes", BigDecimal.valueOf(CHANGED_RULE_LIKES))))
                .build()
                .toByteArray();
    }
}
