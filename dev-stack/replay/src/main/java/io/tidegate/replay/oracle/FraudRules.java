package io.tidegate.replay.oracle;

import static io.tidegate.replay.oracle.EventType.BET;
import static io.tidegate.replay.oracle.EventType.DEPOSIT;
import static io.tidegate.replay.oracle.EventType.LIKE;
import static io.tidegate.replay.oracle.EventType.LOGIN;
import static io.tidegate.replay.oracle.EventType.WITHDRAWAL;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The definitions of the eight fraud rules with their default thresholds. */
final class FraudRules {

    /** The user's last 20 bets, consecutive among the user's bets, within 10 s. */
    static final FraudRule RAPID_BETS = new OfUser("rapid-bets", Duration.ofSeconds(10), EnumSet.of(BET)) {
        @Override
        public List<OracleEvent> match(List<OracleEvent> soFar) {
            return within(last(20, soFar));
        }
    };

    /** The user's last 30 likes within 10 s. */
    static final FraudRule LIKE_BURST = new OfUser("like-burst", Duration.ofSeconds(10), EnumSet.of(LIKE)) {
        @Override
        public List<OracleEvent> match(List<OracleEvent> soFar) {
            return within(last(30, soFar));
        }
    };

    /** The user's last 5 bets, each at least twice the one before, within 10 min. */
    static final FraudRule BET_ESCALATION = new OfUser("bet-escalation", Duration.ofMinutes(10), EnumSet.of(BET)) {
        @Override
        public List<OracleEvent> match(List<OracleEvent> soFar) {
            List<OracleEvent> bets = last(5, soFar);
            for (int i = 1; i < bets.size(); i++) {
                if (amount(bets.get(i)).compareTo(times(2, amount(bets.get(i - 1)))) < 0) {
                    return List.of();
                }
            }
            return within(bets);
        }
    };

    /** The user's last 4 bets, the fourth at least 50 times the average of the three before, within 5 min. */
    static final FraudRule PROBE_THEN_STRIKE = new OfUser("probe-then-strike", Duration.ofMinutes(5), EnumSet.of(BET)) {
        @Override
        public List<OracleEvent> match(List<OracleEvent> soFar) {
            List<OracleEvent> bets = last(4, soFar);
            if (bets.isEmpty()) {
                return bets;
            }
            BigInteger probes = sum(bets.subList(0, 3));
            boolean strike = times(3, amount(bets.get(3))).compareTo(times(50, probes)) >= 0;
            return strike ? within(bets) : List.of();
        }
    };

    /**
     * A withdrawal and an earlier deposit of the user within 1 h: at least 80% of that deposit, and the bets strictly between
     * the two add up to less than 10% of it. The earliest such deposit is the match.
     */
    static final FraudRule DEPOSIT_CYCLE =
            new OfUser("deposit-cycle", Duration.ofHours(1), EnumSet.of(DEPOSIT, BET, WITHDRAWAL)) {
                @Override
                public List<OracleEvent> match(List<OracleEvent> soFar) {
                    int end = soFar.size() - 1;
                    OracleEvent withdrawal = soFar.get(end);
                    if (withdrawal.type() != WITHDRAWAL) {
                        return List.of();
                    }
                    for (int start = 0; start < end; start++) {
                        OracleEvent deposit = soFar.get(start);
                        if (deposit.type() == DEPOSIT && isWithin(deposit, withdrawal)) {
                            BigInteger wagered = sum(soFar.subList(start + 1, end).stream()
                                    .filter(event -> event.type() == BET)
                                    .toList());
                            boolean mostOfIt = times(10, amount(withdrawal)).compareTo(times(8, amount(deposit))) >= 0;
                            boolean hardlyPlayed = times(10, wagered).compareTo(amount(deposit)) < 0;
                            if (mostOfIt && hardlyPlayed) {
                                return List.of(deposit, withdrawal);
                            }
                        }
                    }
                    return List.of();
                }
            };

    /**
     * A login with a country and an earlier one of the user with another country within 10 min; logins without a country
     * don't count. The earliest such partner is the match.
     */
    static final FraudRule COUNTRY_HOP = new OfUser("country-hop", Duration.ofMinutes(10), EnumSet.of(LOGIN)) {
        @Override
        public List<String> subjects(OracleEvent event) {
            return event.country().isEmpty() ? List.of() : super.subjects(event);
        }

        @Override
        public List<OracleEvent> match(List<OracleEvent> soFar) {
            OracleEvent login = soFar.get(soFar.size() - 1);
            for (OracleEvent earlier : soFar) {
                if (isWithin(earlier, login) && !earlier.country().equals(login.country())) {
                    return List.of(earlier, login);
                }
            }
            return List.of();
        }
    };

    /** Logins of 3 users on one device within 10 min; subject {@code device:ID}. */
    static final FraudRule SHARED_DEVICE = new DistinctUsers(
            "shared-device",
            Duration.ofMinutes(10),
            3,
            event -> event.type() == LOGIN && !event.deviceId().isEmpty()
                    ? List.of("device:" + event.deviceId())
                    : List.of());

    /** Likes of one post by 10 users from one device or one address within 1 min; each of the two is a subject. */
    static final FraudRule LOCKSTEP_LIKES = new DistinctUsers("lockstep-likes", Duration.ofMinutes(1), 10, event -> {
        List<String> subjects = new ArrayList<>();
        if (event.type() == LIKE && !event.deviceId().isEmpty()) {
            subjects.add("post:" + event.postId() + "|device:" + event.deviceId());
        }
        if (event.type() == LIKE && !event.ip().isEmpty()) {
            subjects.add("post:" + event.postId() + "|ip:" + event.ip());
        }
        return subjects;
    });

    static final List<FraudRule> ALL = List.of(
            RAPID_BETS,
            BET_ESCALATION,
            PROBE_THEN_STRIKE,
            DEPOSIT_CYCLE,
            COUNTRY_HOP,
            SHARED_DEVICE,
            LIKE_BURST,
            LOCKSTEP_LIKES);

    private FraudRules() {}

    private abstract static class Windowed implements FraudRule {
        private final String id;
        private final long windowMs;

        Windowed(String id, Duration window) {
            this.id = id;
            this.windowMs = window.toMillis();
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public long windowMs() {
            return windowMs;
        }

        boolean isWithin(OracleEvent first, OracleEvent last) {
            return last.timeMs() - first.timeMs() <= windowMs;
        }

        /** The events where there are any and they are within the window; else nothing. */
        List<OracleEvent> within(List<OracleEvent> events) {
            return !events.isEmpty() && isWithin(events.get(0), events.get(events.size() - 1)) ? events : List.of();
        }
    }

    /** The subject is the user; only some types are looked at. */
    private abstract static class OfUser extends Windowed {
        private final Set<EventType> types;

        OfUser(String id, Duration window, Set<EventType> types) {
            super(id, window);
            this.types = types;
        }

        @Override
        public List<String> subjects(OracleEvent event) {
            return types.contains(event.type()) ? List.of(event.userId()) : List.of();
        }
    }

    /**
     * From any event of the subject on, each later event of a user not yet taken is taken; the match is complete at the n-th
     * user within the window of the start. Of several starts that one event completes, the earliest is the match.
     */
    private static final class DistinctUsers extends Windowed {
        private final int users;
        private final Function<OracleEvent, List<String>> subjects;

        DistinctUsers(String id, Duration window, int users, Function<OracleEvent, List<String>> subjects) {
            super(id, window);
            this.users = users;
            this.subjects = subjects;
        }

        @Override
        public List<String> subjects(OracleEvent event) {
            return subjects.apply(event);
        }

        @Override
        public List<OracleEvent> match(List<OracleEvent> soFar) {
            OracleEvent completing = soFar.get(soFar.size() - 1);
            for (int start = 0; start < soFar.size(); start++) {
                if (isWithin(soFar.get(start), completing)) {
                    List<OracleEvent> taken = takenFrom(start, soFar);
                    if (taken.size() == users && taken.get(users - 1) == completing) {
                        return taken;
                    }
                }
            }
            return List.of();
        }

        private List<OracleEvent> takenFrom(int start, List<OracleEvent> soFar) {
            Set<String> takenUsers = new HashSet<>();
            List<OracleEvent> taken = new ArrayList<>();
            for (OracleEvent event : soFar.subList(start, soFar.size())) {
                if (taken.size() < users && takenUsers.add(event.userId())) {
                    taken.add(event);
                }
            }
            return taken;
        }
    }

    /** The last n, or nothing where there are fewer. */
    private static List<OracleEvent> last(int n, List<OracleEvent> events) {
        return events.size() < n ? List.of() : List.copyOf(events.subList(events.size() - n, events.size()));
    }

    private static BigInteger amount(OracleEvent event) {
        return BigInteger.valueOf(event.amountE4());
    }

    private static BigInteger times(long factor, BigInteger value) {
        return value.multiply(BigInteger.valueOf(factor));
    }

    private static BigInteger sum(List<OracleEvent> events) {
        return events.stream().map(FraudRules::amount).reduce(BigInteger.ZERO, BigInteger::add);
    }
}
