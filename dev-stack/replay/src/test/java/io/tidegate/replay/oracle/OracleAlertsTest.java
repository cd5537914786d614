package io.tidegate.replay.oracle;

import static io.tidegate.replay.oracle.EventType.BET;
import static io.tidegate.replay.oracle.EventType.DEPOSIT;
import static io.tidegate.replay.oracle.EventType.LIKE;
import static io.tidegate.replay.oracle.EventType.LOGIN;
import static io.tidegate.replay.oracle.EventType.WITHDRAWAL;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class OracleAlertsTest {

    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;

    private final List<OracleEvent> events = new ArrayList<>();

    private OracleEvent.Builder event(EventType type, String user, long timeMs) {
        return OracleEvent.builder(type, "e" + events.size(), user, timeMs);
    }

    private void bet(String user, long timeMs, String amount) {
        events.add(event(BET, user, timeMs).game("g").amount(amount).build());
    }

    private void bets(String user, long firstMs, long stepMs, int count) {
        for (int i = 0; i < count; i++) {
            bet(user, firstMs + i * stepMs, "1");
        }
    }

    private void escalation(String user, long firstMs, long stepMs, String... amounts) {
        for (int i = 0; i < amounts.length; i++) {
            bet(user, firstMs + i * stepMs, amounts[i]);
        }
    }

    private void login(String user, long timeMs, String device, String country) {
        events.add(event(LOGIN, user, timeMs).device(device).country(country).build());
    }

    private void like(String user, long timeMs, String post, String device, String ip) {
        events.add(event(LIKE, user, timeMs).post(post).device(device).ip(ip).build());
    }

    private void money(EventType type, String user, long timeMs, String amount) {
        events.add(event(type, user, timeMs).amount(amount).build());
    }

    private List<OracleAlert> alerts(String ruleId) {
        return Oracle.alerts(events).stream()
                .filter(alert -> alert.ruleId().equals(ruleId))
                .toList();
    }

    private static List<String> ids(int from, int toInclusive) {
        return IntStream.rangeClosed(from, toInclusive).mapToObj(i -> "e" + i).toList();
    }

    @Nested
    class RapidBets {

        @Test
        void twentyBetsInExactlyTenSecondsAreRapid() {
            bets("u", 0, 500, 19);
            bet("u", 10 * SECOND, "1");

            assertThat(alerts("rapid-bets"))
                    .containsExactly(new OracleAlert("rapid-bets", "u", ids(0, 19), 0, 10 * SECOND));
        }

        @Test
        void aMillisecondMoreIsNotRapid() {
            bets("u", 0, 500, 19);
            bet("u", 10 * SECOND + 1, "1");

            assertThat(alerts("rapid-bets")).isEmpty();
        }

        @Test
        void nineteenBetsAreNotRapid() {
            bets("u", 0, 1, 19);

            assertThat(alerts("rapid-bets")).isEmpty();
        }

        @Test
        void betsOfAnotherUserNeitherCountNorInterrupt() {
            for (int i = 0; i < 20; i++) {
                bet("u", i, "1");
                bet("other" + i, i, "1");
            }

            assertThat(alerts("rapid-bets")).extracting(OracleAlert::subject).containsExactly("u");
        }

        @Test
        void theNextAlertIsTheFirstMatchTenSecondsLaterAndUsesBetsFromThePause() {
            bets("u", 0, 100, 200); // the 20th at 1.9 s; then one every 0.1 s until 19.9 s

            assertThat(alerts("rapid-bets"))
                    .containsExactly(
                            new OracleAlert("rapid-bets", "u", ids(0, 19), 0, 1_900),
                            new OracleAlert("rapid-bets", "u", ids(100, 119), 10_000, 11_900));
        }

        @Test
        void aRepeatedEventIdCountsOnce() {
            bets("u", 0, 100, 19);
            events.add(events.get(18));

            assertThat(alerts("rapid-bets")).isEmpty();
        }

        @Test
        void orderIsDetectionTimeFirstAndArrivalSecond() {
            bets("u", SECOND, 0, 19);
            bet("u", 0, "1"); // arrived last, happened first

            List<String> expected = new ArrayList<>(List.of("e19"));
            expected.addAll(ids(0, 18));
            assertThat(alerts("rapid-bets")).containsExactly(new OracleAlert("rapid-bets", "u", expected, 0, SECOND));
        }
    }

    @Nested
    class BetEscalation {

        @Test
        void fiveBetsEachExactlyTwiceTheOneBeforeWithinTenMinutesEscalate() {
            escalation("u", 0, 150 * SECOND, "0.0001", "0.0002", "0.0004", "0.0008", "0.0016");

            assertThat(alerts("bet-escalation"))
                    .containsExactly(new OracleAlert("bet-escalation", "u", ids(0, 4), 0, 10 * MINUTE));
        }

        @Test
        void aMillisecondBeyondTenMinutesIsNone() {
            escalation("u", 0, 150 * SECOND, "1", "2", "4", "8");
            bet("u", 10 * MINUTE + 1, "16");

            assertThat(alerts("bet-escalation")).isEmpty();
        }

        @Test
        void aTenThousandthLessThanTwiceIsNone() {
            escalation("u", 0, SECOND, "1", "2", "4", "7.9999", "16");

            assertThat(alerts("bet-escalation")).isEmpty();
        }

        @Test
        void aSmallerBetBetweenBreaksTheRow() {
            escalation("u", 0, SECOND, "1", "2", "4", "3", "8", "16");

            assertThat(alerts("bet-escalation")).isEmpty();
        }

        @Test
        void theRowMayContinueButAlertsOnce() {
            escalation("u", 0, SECOND, "1", "2", "4", "8", "16", "32", "64");

            assertThat(alerts("bet-escalation"))
                    .extracting(OracleAlert::detectedAtMs)
                    .containsExactly(4 * SECOND);
        }

        @Test
        void exactlyTenMinutesLaterItAlertsAgain() {
            escalation("u", 0, SECOND, "1", "2", "4", "8", "16");
            escalation("u", 10 * MINUTE, SECOND, "1", "2", "4", "8", "16");

            assertThat(alerts("bet-escalation"))
                    .extracting(OracleAlert::detectedAtMs)
                    .containsExactly(4 * SECOND, 10 * MINUTE + 4 * SECOND);
        }
    }

    @Nested
    class ProbeThenStrike {

        @Test
        void aBetOfExactlyFiftyTimesTheAverageWithinFiveMinutesIsAStrike() {
            escalation("u", 0, 100 * SECOND, "1", "2", "3", "100");

            assertThat(alerts("probe-then-strike"))
                    .containsExactly(new OracleAlert("probe-then-strike", "u", ids(0, 3), 0, 5 * MINUTE));
        }

        @Test
        void aTenThousandthLessIsNone() {
            escalation("u", 0, SECOND, "1", "2", "3", "99.9999");

            assertThat(alerts("probe-then-strike")).isEmpty();
        }

        @Test
        void anAverageWithThirdsIsComparedExactly() {
            escalation("u", 0, SECOND, "1", "1", "2", "66.6666"); // 50 × 4/3 = 66.666…
            escalation("v", 0, SECOND, "1", "1", "2", "66.6667");

            assertThat(alerts("probe-then-strike"))
                    .extracting(OracleAlert::subject)
                    .containsExactly("v");
        }

        @Test
        void aMillisecondBeyondFiveMinutesIsNone() {
            escalation("u", 0, 100 * SECOND, "1", "1", "1");
            bet("u", 5 * MINUTE + 1, "1000");

            assertThat(alerts("probe-then-strike")).isEmpty();
        }

        @Test
        void onlyTheThreeBetsRightBeforeAreTheProbes() {
            escalation("u", 0, SECOND, "1", "1", "1", "10", "60");

            assertThat(alerts("probe-then-strike")).isEmpty();
        }
    }

    @Nested
    class DepositCycle {

        @Test
        void eightyPercentOutAgainWithinExactlyAnHourIsACycle() {
            money(DEPOSIT, "u", 0, "100");
            money(WITHDRAWAL, "u", HOUR, "80");

            assertThat(alerts("deposit-cycle"))
                    .containsExactly(new OracleAlert("deposit-cycle", "u", ids(0, 1), 0, HOUR));
        }

        @Test
        void lessOutOrLaterIsNone() {
            money(DEPOSIT, "u", 0, "100");
            money(WITHDRAWAL, "u", 1, "79.9999");
            money(WITHDRAWAL, "u", HOUR + 1, "100");

            assertThat(alerts("deposit-cycle")).isEmpty();
        }

        @Test
        void playingTenPercentOfItIsEnoughToBeNone() {
            money(DEPOSIT, "u", 0, "100");
            bet("u", 1, "4");
            bet("u", 2, "6");
            money(WITHDRAWAL, "u", 3, "90");

            assertThat(alerts("deposit-cycle")).isEmpty();
        }

        @Test
        void playingATenThousandthLessIsACycle() {
            money(DEPOSIT, "u", 0, "100");
            bet("u", 1, "9.9999");
            money(WITHDRAWAL, "u", 2, "90");

            assertThat(alerts("deposit-cycle")).hasSize(1);
        }

        @Test
        void betsBeforeTheDepositAndAfterTheWithdrawalDoNotCountEvenInTheSameMillisecond() {
            bet("u", 5, "1000");
            money(DEPOSIT, "u", 5, "100");
            money(WITHDRAWAL, "u", 5, "100");
            bet("u", 5, "1000");

            assertThat(alerts("deposit-cycle")).hasSize(1);
        }

        @Test
        void theEarliestDepositThatQualifiesIsTheMatch() {
            money(DEPOSIT, "u", 0, "1000"); // too large for this withdrawal
            money(DEPOSIT, "u", 1, "100");
            money(DEPOSIT, "u", 2, "50");
            money(WITHDRAWAL, "u", 3, "80");

            assertThat(alerts("deposit-cycle"))
                    .containsExactly(new OracleAlert("deposit-cycle", "u", List.of("e1", "e3"), 1, 3));
        }

        @Test
        void aBetSpoilsTheEarlierDepositButNotTheOneAfterIt() {
            money(DEPOSIT, "u", 0, "100");
            bet("u", 1, "50");
            money(DEPOSIT, "u", 2, "100");
            money(WITHDRAWAL, "u", 3, "100");

            assertThat(alerts("deposit-cycle"))
                    .containsExactly(new OracleAlert("deposit-cycle", "u", List.of("e2", "e3"), 2, 3));
        }
    }

    @Nested
    class CountryHop {

        @Test
        void loginsFromTwoCountriesInExactlyTenMinutesAreAHop() {
            login("u", 0, "", "DE");
            login("u", 10 * MINUTE, "", "BR");

            assertThat(alerts("country-hop"))
                    .containsExactly(new OracleAlert("country-hop", "u", ids(0, 1), 0, 10 * MINUTE));
        }

        @Test
        void aMillisecondLaterOrTheSameCountryIsNone() {
            login("u", 0, "", "DE");
            login("u", 1, "", "DE");
            login("u", 10 * MINUTE + 2, "", "BR");

            assertThat(alerts("country-hop")).isEmpty();
        }

        @Test
        void loginsWithoutACountryDoNotCount() {
            login("u", 0, "", "");
            login("u", 1, "", "DE");
            login("u", 2, "", "");

            assertThat(alerts("country-hop")).isEmpty();
        }

        @Test
        void thePartnerIsTheEarliestWithAnotherCountry() {
            login("u", 0, "", "BR");
            login("u", 1, "", "BR");
            login("u", 2, "", "DE");

            assertThat(alerts("country-hop"))
                    .containsExactly(new OracleAlert("country-hop", "u", List.of("e0", "e2"), 0, 2));
        }

        @Test
        void afterThePauseALoginFromThePauseIsAPartnerAgain() {
            login("u", 0, "", "DE");
            login("u", 1, "", "BR");
            login("u", 5 * MINUTE, "", "DE"); // silent
            login("u", 10 * MINUTE + 1, "", "BR"); // the pause is over; e1 is 10 min back but of the same country

            assertThat(alerts("country-hop"))
                    .containsExactly(
                            new OracleAlert("country-hop", "u", List.of("e0", "e1"), 0, 1),
                            new OracleAlert("country-hop", "u", List.of("e2", "e3"), 5 * MINUTE, 10 * MINUTE + 1));
        }
    }

    @Nested
    class SharedDevice {

        @Test
        void theThirdUserWithinExactlyTenMinutesCompletesIt() {
            login("a", 0, "d", "");
            login("b", 1, "d", "");
            login("c", 10 * MINUTE, "d", "");

            assertThat(alerts("shared-device"))
                    .containsExactly(new OracleAlert("shared-device", "device:d", ids(0, 2), 0, 10 * MINUTE));
        }

        @Test
        void aMillisecondLaterIsNone() {
            login("a", 0, "d", "");
            login("b", 1, "d", "");
            login("c", 10 * MINUTE + 1, "d", "");

            assertThat(alerts("shared-device")).isEmpty();
        }

        @Test
        void aUserIsTakenOnceAndLoginsWithoutADeviceDoNotCount() {
            login("a", 0, "d", "");
            login("b", 1, "d", "");
            login("a", 2, "d", "");
            login("c", 3, "", "");
            login("d", 4, "other", "");

            assertThat(alerts("shared-device")).isEmpty();
        }

        @Test
        void theEarliestStartWithinTheWindowWins() {
            login("a", 0, "d", ""); // too early for the third user
            login("a", 5 * MINUTE, "d", "");
            login("b", 6 * MINUTE, "d", "");
            login("a", 7 * MINUTE, "d", "");
            login("c", 11 * MINUTE, "d", "");

            assertThat(alerts("shared-device"))
                    .containsExactly(new OracleAlert(
                            "shared-device", "device:d", List.of("e1", "e2", "e4"), 5 * MINUTE, 11 * MINUTE));
        }

        @Test
        void aFourthUserIsSilentUntilTheWindowHasPassed() {
            login("a", 0, "d", "");
            login("b", 1, "d", "");
            login("c", 2, "d", "");
            login("e", 3, "d", "");
            login("f", 10 * MINUTE + 2, "d", "");

            assertThat(alerts("shared-device"))
                    .containsExactly(
                            new OracleAlert("shared-device", "device:d", ids(0, 2), 0, 2),
                            new OracleAlert("shared-device", "device:d", ids(2, 4), 2, 10 * MINUTE + 2));
        }
    }

    @Nested
    class LikeBurst {

        @Test
        void thirtyLikesInExactlyTenSecondsAreABurst() {
            for (int i = 0; i < 29; i++) {
                like("u", i, "p" + i, "", "");
            }
            like("u", 10 * SECOND, "p", "", "");

            assertThat(alerts("like-burst"))
                    .containsExactly(new OracleAlert("like-burst", "u", ids(0, 29), 0, 10 * SECOND));
        }

        @Test
        void aMillisecondMoreIsNone() {
            for (int i = 0; i < 29; i++) {
                like("u", 0, "p", "", "");
            }
            like("u", 10 * SECOND + 1, "p", "", "");

            assertThat(alerts("like-burst")).isEmpty();
        }
    }

    @Nested
    class LockstepLikes {

        @Test
        void tenUsersFromOneAddressWithinExactlyAMinuteAreInLockstep() {
            for (int i = 0; i < 9; i++) {
                like("u" + i, i, "p", "", "1.2.3.4");
            }
            like("u9", MINUTE, "p", "", "1.2.3.4");

            assertThat(alerts("lockstep-likes"))
                    .containsExactly(new OracleAlert("lockstep-likes", "post:p|ip:1.2.3.4", ids(0, 9), 0, MINUTE));
        }

        @Test
        void aMillisecondMoreOrAnotherPostIsNone() {
            for (int i = 0; i < 9; i++) {
                like("u" + i, i, "p", "d", "");
            }
            like("u9", 10, "q", "d", "");
            like("u9", MINUTE + 1, "p", "d", "");

            assertThat(alerts("lockstep-likes")).isEmpty();
        }

        @Test
        void oneDeviceOnOneAddressAlertsForBoth() {
            for (int i = 0; i < 10; i++) {
                like("u" + i, i, "p", "d", "::1");
            }

            assertThat(alerts("lockstep-likes"))
                    .extracting(OracleAlert::subject)
                    .containsExactly("post:p|device:d", "post:p|ip:::1");
        }

        @Test
        void aUserWhoLikesTwiceIsOneUser() {
            for (int i = 0; i < 9; i++) {
                like("u" + i, i, "p", "d", "");
            }
            like("u0", 10, "p", "d", "");

            assertThat(alerts("lockstep-likes")).isEmpty();
        }
    }
}
