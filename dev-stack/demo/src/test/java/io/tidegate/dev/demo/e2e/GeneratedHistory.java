package io.tidegate.dev.demo.e2e;

import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.OracleEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Two hours of history: people who post, like, comment, bet, pay and log in at random, and in between each situation that a
 * fraud rule describes, just inside its bounds and just outside. The same seed gives the same history. No two events have the
 * same time, so that their order doesn't depend on the partition that they went through.
 */
final class GeneratedHistory {

    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long SPAN = 120 * MINUTE;
    private static final List<String> COUNTRIES = List.of("DE", "BR", "PL");
    private static final List<String> CITIES = List.of("Berlin", "Recife", "Łódź", "");
    private static final List<String> STAKES = List.of("0.5", "1", "2", "2.5", "5", "10", "60.25", "500");

    private final Random random;
    private final String name;
    private final long startMs;
    private final List<Draft> drafts = new ArrayList<>();

    /** An event without its final id and time. */
    private record Draft(long timeMs, OracleEvent event) {}

    private GeneratedHistory(String name, long seed, long startMs) {
        this.random = new Random(seed);
        this.name = name;
        this.startMs = startMs;
    }

    /** @param name unique per history: users, posts and event ids begin with it */
    static List<OracleEvent> of(String name, long seed, long startMs, int backgroundEvents) {
        GeneratedHistory history = new GeneratedHistory(name, seed, startMs);
        history.background(backgroundEvents);
        history.bursts();
        history.betting();
        history.money();
        history.logins();
        history.lockstep();
        history.milestones();
        return history.inOrder();
    }

    private void background(int count) {
        for (int i = 0; i < count; i++) {
            long at = (long) (random.nextDouble() * SPAN);
            String user = "user" + random.nextInt(200);
            switch (random.nextInt(12)) {
                case 0 -> post(at, "post" + random.nextInt(40));
                case 1, 2, 3 -> like(EventType.LIKE, at, user, "post" + random.nextInt(40));
                case 4 -> like(EventType.UNLIKE, at, user, "post" + (40 + random.nextInt(10)));
                case 5 -> like(EventType.SHARE, at, user, "post" + random.nextInt(40));
                case 6 -> like(EventType.COMMENT, at, user, "post" + random.nextInt(40));
                case 7, 8, 9 -> betWithOutcome(at, user, STAKES.get(random.nextInt(STAKES.size())));
                case 10 ->
                    pay(
                            random.nextBoolean() ? EventType.DEPOSIT : EventType.WITHDRAWAL,
                            at,
                            user,
                            Integer.toString(1 + random.nextInt(20)));
                default -> login(at, user, "device" + random.nextInt(150), country());
            }
        }
    }

    private String country() {
        return random.nextInt(10) == 0 ? "" : COUNTRIES.get(random.nextInt(10) == 0 ? 1 : 0);
    }

    /** 20 bets and 30 likes in exactly ten seconds, a millisecond more, one fewer, and far more. */
    private void bursts() {
        spread(20, minute(3), 10 * SECOND, at -> bet(at, "rapid-exact", "1"));
        spread(20, minute(4), 10 * SECOND + 1, at -> bet(at, "rapid-late", "1"));
        spread(19, minute(5), 5 * SECOND, at -> bet(at, "rapid-few", "1"));
        spread(150, minute(6), 45 * SECOND, at -> bet(at, "rapid-long", "1"));
        spread(30, minute(8), 10 * SECOND, at -> like(EventType.LIKE, at, "likes-exact", "post" + at % 7));
        spread(30, minute(9), 10 * SECOND + 1, at -> like(EventType.LIKE, at, "likes-late", "post" + at % 7));
        spread(29, minute(10), 3 * SECOND, at -> like(EventType.LIKE, at, "likes-few", "post" + at % 7));
        spread(120, minute(11), 30 * SECOND, at -> like(EventType.LIKE, at, "likes-long", "post" + at % 7));
    }

    private void betting() {
        escalation("double-exact", minute(15), 150 * SECOND, "1", "2", "4", "8", "16");
        escalation("double-late", minute(15), 150 * SECOND + 1, "1", "2", "4", "8", "16");
        escalation("double-less", minute(16), SECOND, "1", "2", "4", "7.9999", "16");
        escalation("double-on", minute(17), SECOND, "0.0001", "1", "2", "4", "8", "16", "32", "64", "128", "256");
        escalation("double-twice", minute(30), MINUTE, "1", "2", "4", "8", "16", "1", "2", "4", "8", "16", "32", "64");
        escalation("strike-exact", minute(20), 100 * SECOND, "1", "2", "3", "100");
        escalation("strike-late", minute(20), 100 * SECOND + 1, "1", "2", "3", "100");
        escalation("strike-less", minute(21), SECOND, "1", "2", "3", "99.9999");
        escalation("strike-thirds", minute(22), SECOND, "1", "1", "2", "66.6667");
        escalation("strike-twice", minute(23), 70 * SECOND, "1", "1", "1", "90", "1", "1", "1", "900");
    }

    private void money() {
        pay(EventType.DEPOSIT, minute(1), "cycle-exact", "100");
        pay(EventType.WITHDRAWAL, minute(61), "cycle-exact", "80");
        pay(EventType.DEPOSIT, minute(1), "cycle-late", "100");
        pay(EventType.WITHDRAWAL, minute(61) + 100, "cycle-late", "80");
        pay(EventType.DEPOSIT, minute(2), "cycle-less", "100");
        pay(EventType.WITHDRAWAL, minute(3), "cycle-less", "79.9999");
        pay(EventType.DEPOSIT, minute(2), "cycle-played", "100");
        bet(minute(3), "cycle-played", "4");
        bet(minute(4), "cycle-played", "6");
        pay(EventType.WITHDRAWAL, minute(5), "cycle-played", "100");
        pay(EventType.DEPOSIT, minute(2), "cycle-hardly-played", "100");
        bet(minute(3), "cycle-hardly-played", "9.9999");
        pay(EventType.WITHDRAWAL, minute(5), "cycle-hardly-played", "100");
        pay(EventType.DEPOSIT, minute(6), "cycle-several", "1000");
        pay(EventType.DEPOSIT, minute(7), "cycle-several", "100");
        pay(EventType.DEPOSIT, minute(8), "cycle-several", "50");
        pay(EventType.WITHDRAWAL, minute(9), "cycle-several", "80");
        pay(EventType.WITHDRAWAL, minute(50), "cycle-several", "800");
        pay(EventType.DEPOSIT, minute(80), "cycle-several", "100");
        pay(EventType.WITHDRAWAL, minute(81), "cycle-several", "100");
    }

    private void logins() {
        login(minute(40), "hop-exact", "", "DE");
        login(minute(50), "hop-exact", "", "BR");
        login(minute(40), "hop-late", "", "DE");
        login(minute(50) + 100, "hop-late", "", "BR");
        login(minute(40), "hop-nowhere", "", "DE");
        login(minute(41), "hop-nowhere", "", "");
        for (int i = 0; i < 12; i++) {
            login(minute(60 + 4 * i), "hop-again", "", COUNTRIES.get(i % 3));
        }
        for (int user = 0; user < 3; user++) {
            login(minute(44 + 5 * user), "share-exact" + user, "shared-exact", "");
            login(minute(44 + 5 * user) + user * 100L, "share-late" + user, "shared-late", "");
        }
        for (int i = 0; i < 30; i++) {
            login(minute(60) + i * 97 * SECOND, "share-on" + i % 5, "shared-on", "");
        }
    }

    private void lockstep() {
        for (int user = 0; user < 10; user++) {
            long step = user * MINUTE / 9;
            lockstepLike(minute(70) + step, "step-exact" + user, "step1", "step-device", "");
            lockstepLike(minute(72) + step + (user == 9 ? 100 : 0), "step-late" + user, "step2", "step-device", "");
            lockstepLike(minute(74) + step, "step-few" + user % 9, "step3", "step-device", "");
            lockstepLike(minute(76) + step / 2, "step-ip" + user, "step4", "", "192.0.2.7");
            lockstepLike(minute(78) + step / 2, "step-both" + user, "step5", "step-device2", "2001:db8::7");
        }
        for (int user = 0; user < 60; user++) {
            lockstepLike(minute(80) + user * 3 * SECOND, "step-on" + user, "step6", "step-device3", "");
        }
    }

    /** Likes that are undone and repeated around ten: the milestone is reached once, by the tenth net like. */
    private void milestones() {
        for (int user = 0; user < 14; user++) {
            like(EventType.LIKE, minute(90) + user * 20 * SECOND, "mile" + user, "milestone");
        }
        for (int user = 0; user < 10; user++) {
            like(EventType.UNLIKE, minute(96) + user * 20 * SECOND, "mile" + user, "milestone");
        }
        for (int user = 0; user < 10; user++) {
            like(EventType.LIKE, minute(101) + user * 20 * SECOND, "mile" + user, "milestone");
        }
        for (int user = 0; user < 120; user++) {
            like(EventType.LIKE, minute(105) + user * 4 * SECOND, "mile" + user, "hundred");
        }
        for (int user = 0; user < 9; user++) {
            like(EventType.LIKE, minute(106) + user * 20 * SECOND, "mile" + user, "nine");
        }
    }

    private static long minute(int minutes) {
        return minutes * MINUTE;
    }

    private interface At {
        void at(long timeMs);
    }

    /** From the first to the last it takes exactly the span. */
    private static void spread(int count, long from, long span, At event) {
        for (int i = 0; i < count; i++) {
            event.at(from + span * i / (count - 1));
        }
    }

    private void escalation(String user, long from, long step, String... stakes) {
        for (int i = 0; i < stakes.length; i++) {
            bet(from + i * step, user, stakes[i]);
        }
    }

    private void post(long at, String post) {
        add(at, event(EventType.POST, "author-of-" + post).post(id(post)));
    }

    private void like(EventType type, long at, String user, String post) {
        add(at, event(type, user).post(id(post)).author(id("author-of-" + post)));
    }

    private void lockstepLike(long at, String user, String post, String device, String ip) {
        add(
                at,
                event(EventType.LIKE, user)
                        .post(id(post))
                        .author(id("author-of-" + post))
                        .device(device.isEmpty() ? "" : id(device))
                        .ip(ip));
    }

    private void bet(long at, String user, String stake) {
        add(at, betOn("plain", user, stake).game(id("game-bursts")));
    }

    private void betWithOutcome(long at, String user, String stake) {
        String bet = "bet" + drafts.size();
        String game = id("game" + random.nextInt(6));
        add(
                at,
                betOn(bet, user, stake)
                        .game(game)
                        .odds(random.nextBoolean() ? "1.85" : "0")
                        .city(CITIES.get(random.nextInt(CITIES.size())))
                        .deviceType(random.nextBoolean() ? "phone" : "desktop")
                        .betType(random.nextBoolean() ? "single" : "combi"));
        add(
                at + 1 + random.nextInt(90_000),
                event(EventType.BET_OUTCOME, user)
                        .game(game)
                        .bet(id(bet))
                        .currency("EUR")
                        .payoutE4(random.nextBoolean() ? 0 : random.nextInt(2_000_000)));
    }

    private OracleEvent.Builder betOn(String bet, String user, String stake) {
        return event(EventType.BET, user)
                .bet(bet.equals("plain") ? "" : id(bet))
                .currency("EUR")
                .amount(stake);
    }

    private void pay(EventType type, long at, String user, String amount) {
        add(at, event(type, user).amount(amount).currency("EUR"));
    }

    private void login(long at, String user, String device, String country) {
        add(
                at,
                event(EventType.LOGIN, user)
                        .device(device.isEmpty() ? "" : id(device))
                        .country(country));
    }

    private OracleEvent.Builder event(EventType type, String user) {
        return OracleEvent.builder(type, "draft", id(user), 0);
    }

    private void add(long atMs, OracleEvent.Builder event) {
        drafts.add(new Draft(atMs, event.build()));
    }

    private String id(String local) {
        return name + "-" + local;
    }

    /** Where two have the same time, the later ones move on to the next free millisecond. */
    private List<OracleEvent> inOrder() {
        drafts.sort(Comparator.comparingLong(Draft::timeMs));
        List<OracleEvent> events = new ArrayList<>(drafts.size());
        long last = -1;
        for (Draft draft : drafts) {
            last = Math.max(last + 1, draft.timeMs());
            events.add(draft.event().withIdAndTime(id("e" + events.size()), startMs + last));
        }
        return events;
    }
}
