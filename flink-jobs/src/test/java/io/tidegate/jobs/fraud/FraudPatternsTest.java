package io.tidegate.jobs.fraud;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.jobs.alerting.NameUuid;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.OracleEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each pattern at its thresholds and at the ends of its window, whatever its form. */
abstract class FraudPatternsTest {

    private static final long T = 1_700_000_000_000L;
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;

    @Nested
    class RapidBetsTest {

        private static final String RULE = "rapid-bets";

        @Test
        void twentyBetsThatTakeExactlyTheWindowAreAMatch() throws Exception {
            assertThat(matches(RULE, bets(20, T, T + 10 * SECOND))).containsExactly(ids(0, 20));
        }

        @Test
        void aMillisecondLongerIsNone() throws Exception {
            assertThat(matches(RULE, bets(20, T, T + 10 * SECOND + 1))).isEmpty();
        }

        @Test
        void nineteenAreTooFew() throws Exception {
            assertThat(matches(RULE, bets(19, T, T + SECOND))).isEmpty();
        }

        @Test
        void theLastTwentyCountWhereTheFirstWereTooSlow() throws Exception {
            List<OracleEvent> bets = new ArrayList<>(bets(20, T, T + 10 * SECOND + 1));
            bets.add(bet("e20", T + 10 * SECOND + 1, "1"));

            assertThat(matches(RULE, bets)).containsExactly(ids(1, 21));
        }

        @Test
        void betsOfOthersBetweenThemChangeNothing() throws Exception {
            List<OracleEvent> events = new ArrayList<>(bets(20, T, T + 10 * SECOND));
            events.add(
                    5,
                    OracleEvent.builder(EventType.BET, "x", "u2", events.get(4).timeMs())
                            .build());

            assertThat(matches(RULE, events)).containsExactly(ids(0, 20));
        }

        @Test
        void theAlertSaysAllThereIsToSay() throws Exception {
            try (PatternHarness harness = harness(RULE)) {
                harness.feed(bets(20, T, T + 9_500));

                assertThat(harness.alerts())
                        .containsExactly(Alert.newBuilder()
                                .setAlertId(NameUuid.of(Stream.concat(Stream.of(RULE, "1", "u1"), ids(0, 20).stream())
                                        .toArray(String[]::new)))
                                .setKind(AlertKind.ALERT_KIND_FRAUD)
                                .setRuleId(RULE)
                                .setRuleVersion(1)
                                .setSubject("u1")
                                .setSeverity(Severity.SEVERITY_WARNING)
                                .setMessage("User u1 placed 20 bets within 9.5 s, 20 in all.")
                                .addAllEventIds(ids(0, 20))
                                .setStartedAtMs(T)
                                .setDetectedAtMs(T + 9_500)
                                .build());
            }
        }

        @Test
        void aGoingSituationAlertsAgainOnlyWhenTheWindowHasPassed() throws Exception {
            List<OracleEvent> bets = IntStream.range(0, 60)
                    .mapToObj(i -> bet("e" + i, T + i * 500L, "1"))
                    .toList();

            try (PatternHarness harness = harness(RULE)) {
                harness.feed(bets);

                assertThat(harness.alertsAs(Alert::getDetectedAtMs)).containsExactly(T + 9_500, T + 19_500, T + 29_500);
            }
        }
    }

    @Nested
    class LikeBurstTest {

        private static final String RULE = "like-burst";

        @Test
        void thirtyLikesThatTakeExactlyTheWindowAreAMatch() throws Exception {
            try (PatternHarness harness = harness(RULE)) {
                harness.feed(likes(30, T, T + 10 * SECOND));

                assertThat(harness.matches()).containsExactly(ids(0, 30));
                assertThat(harness.alertsAs(Alert::getMessage))
                        .containsExactly("User u1 gave 30 likes to 3 posts within 10 s.");
            }
        }

        @Test
        void aMillisecondLongerIsNone() throws Exception {
            assertThat(matches(RULE, likes(30, T, T + 10 * SECOND + 1))).isEmpty();
        }

        @Test
        void twentyNineAreTooFew() throws Exception {
            assertThat(matches(RULE, likes(29, T, T + SECOND))).isEmpty();
        }
    }

    @Nested
    class BetEscalationTest {

        private static final String RULE = "bet-escalation";

        @Test
        void fiveBetsEachTwiceTheOneBeforeWithinExactlyTheWindowAreAMatch() throws Exception {
            try (PatternHarness harness = harness(RULE)) {
                harness.feed(betsOf(T, 10 * MINUTE / 4, "1", "2", "4", "8", "16.5"));

                assertThat(harness.matches()).containsExactly(ids(0, 5));
                assertThat(harness.alertsAs(Alert::getMessage))
                        .containsExactly("User u1 placed 5 bets in a row, each at least 2 times the one before, "
                                + "within 10 min: 1, 2, 4, 8, 16.5.");
            }
        }

        @Test
        void aMillisecondLongerIsNone() throws Exception {
            List<OracleEvent> bets = new ArrayList<>(betsOf(T, MINUTE, "1", "2", "4", "8"));
            bets.add(bet("e4", T + 10 * MINUTE + 1, "16"));

            assertThat(matches(RULE, bets)).isEmpty();
        }

        @Test
        void aBetATenThousandthShortOfTwiceIsNoEscalation() throws Exception {
            assertThat(matches(RULE, betsOf(T, MINUTE, "1", "2", "4", "8", "15.9999")))
                    .isEmpty();
        }

        @Test
        void aSmallerBetBetweenBeginsItAnew() throws Exception {
            assertThat(matches(RULE, betsOf(T, SECOND, "1", "2", "4", "1", "2", "4", "8", "16")))
                    .containsExactly(ids(3, 8));
        }

        @Test
        void equalTimesAreInTheOrderOfArrival() throws Exception {
            assertThat(matches(RULE, betsOf(T, 0, "1", "2", "4", "8", "16"))).containsExactly(ids(0, 5));
        }

        @Test
        void hugeAmountsDoNotOverflow() throws Exception {
            String max = "922337203685477.5807";

            assertThat(matches(RULE, betsOf(T, SECOND, "1", max, max, max, max)))
                    .isEmpty();
        }
    }

    @Nested
    class ProbeThenStrikeTest {

        private static final String RULE = "probe-then-strike";

        @Test
        void aBetOfFiftyTimesTheAverageOfTheThreeBeforeWithinExactlyTheWindowIsAMatch() throws Exception {
            List<OracleEvent> bets = new ArrayList<>(betsOf(T, SECOND, "1", "2", "3"));
            bets.add(bet("e3", T + 5 * MINUTE, "100"));

            try (PatternHarness harness = harness(RULE)) {
                harness.feed(bets);

                assertThat(harness.matches()).containsExactly(ids(0, 4));
                assertThat(harness.alertsAs(Alert::getMessage))
                        .containsExactly("User u1 placed 3 bets of 6 in all and then one of 100, "
                                + "at least 50 times their average, within 5 min.");
            }
        }

        @Test
        void aMillisecondLongerIsNone() throws Exception {
            List<OracleEvent> bets = new ArrayList<>(betsOf(T, SECOND, "1", "2", "3"));
            bets.add(bet("e3", T + 5 * MINUTE + 1, "100"));

            assertThat(matches(RULE, bets)).isEmpty();
        }

        @Test
        void theAverageIsExactWhereItIsNoDecimal() throws Exception {
            // A third of 4, fifty times: 66.6666…
            assertThat(matches(RULE, betsOf(T, SECOND, "1", "1", "2", "66.6666")))
                    .isEmpty();
            assertThat(matches(RULE, betsOf(T, SECOND, "1", "1", "2", "66.6667")))
                    .hasSize(1);
        }

        @Test
        void onlyTheThreeBetsRightBeforeItCount() throws Exception {
            assertThat(matches(RULE, betsOf(T, SECOND, "1", "1", "1", "2", "50")))
                    .isEmpty();
        }

        @Test
        void hugeAmountsDoNotOverflow() throws Exception {
            String max = "922337203685477.5807";

            assertThat(matches(RULE, betsOf(T, SECOND, max, max, max, max))).isEmpty();
            assertThat(matches(RULE, betsOf(T, SECOND, "1", "1", "1", max))).hasSize(1);
        }
    }

    @Nested
    class DepositCycleTest {

        private static final String RULE = "deposit-cycle";

        @Test
        void aWithdrawalOfFourFifthsAfterExactlyTheWindowIsAMatch() throws Exception {
            try (PatternHarness harness = harness(RULE)) {
                harness.feed(deposit("d", T, "100"), bet("b", T + 1, "9.9999"), withdrawal("w", T + HOUR, "80"));

                assertThat(harness.matches()).containsExactly(List.of("d", "w"));
                assertThat(harness.alertsAs(Alert::getMessage))
                        .containsExactly("User u1 deposited 100 and withdrew 80 1 h later, "
                                + "having bet less than 10% of it.");
            }
        }

        @Test
        void aMillisecondLaterIsNone() throws Exception {
            assertThat(matches(RULE, List.of(deposit("d", T, "100"), withdrawal("w", T + HOUR + 1, "80"))))
                    .isEmpty();
        }

        @Test
        void lessThanFourFifthsIsNone() throws Exception {
            assertThat(matches(RULE, List.of(deposit("d", T, "100"), withdrawal("w", T + 1, "79.9999"))))
                    .isEmpty();
        }

        @Test
        void whoBetsATenthOfItPlays() throws Exception {
            assertThat(matches(
                            RULE,
                            List.of(
                                    deposit("d", T, "100"),
                                    bet("b1", T + 1, "5"),
                                    bet("b2", T + 2, "5"),
                                    withdrawal("w", T + 3, "100"))))
                    .isEmpty();
        }

        @Test
        void betsBeforeTheDepositAreNoPlayWithIt() throws Exception {
            assertThat(matches(
                            RULE,
                            List.of(
                                    deposit("d1", T, "1000"),
                                    bet("b", T + 1, "500"),
                                    deposit("d2", T + 2, "100"),
                                    withdrawal("w", T + 3, "90"))))
                    .containsExactly(List.of("d2", "w"));
        }

        @Test
        void ofSeveralDepositsTheEarliestIsTheMatch() throws Exception {
            assertThat(matches(
                            RULE,
                            List.of(
                                    deposit("d1", T, "500"),
                                    deposit("d2", T + 1, "100"),
                                    deposit("d3", T + 1, "100"),
                                    withdrawal("w", T + 2, "90"))))
                    .containsExactly(List.of("d2", "w"));
        }

        @Test
        void aDepositIsTriedAgainstEveryLaterWithdrawal() throws Exception {
            assertThat(matches(
                            RULE,
                            List.of(
                                    deposit("d", T, "100"),
                                    withdrawal("w1", T + 1, "79"),
                                    withdrawal("w2", T + 2, "81"))))
                    .containsExactly(List.of("d", "w2"));
        }

        @Test
        void aDepositWhoseMatchWasSilencedMayStillMatchWhenTheSilenceIsOver() throws Exception {
            assertThat(matches(
                            RULE,
                            List.of(
                                    deposit("d1", T, "100"),
                                    withdrawal("w1", T + MINUTE, "90"),
                                    deposit("d2", T + 2 * MINUTE, "100"),
                                    withdrawal("w2", T + 3 * MINUTE, "90"),
                                    withdrawal("w3", T + HOUR + MINUTE, "90"))))
                    .containsExactly(List.of("d1", "w1"), List.of("d2", "w3"));
        }
    }

    @Nested
    class CountryHopTest {

        private static final String RULE = "country-hop";

        @Test
        void loginsFromTwoCountriesExactlyAWindowApartAreAMatch() throws Exception {
            try (PatternHarness harness = harness(RULE)) {
                harness.feed(login("a", T, "DE"), login("b", T + 10 * MINUTE, "FR"));

                assertThat(harness.matches()).containsExactly(List.of("a", "b"));
                assertThat(harness.alertsAs(Alert::getMessage))
                        .containsExactly("User u1 logged in from DE and 10 min later from FR.");
            }
        }

        @Test
        void aMillisecondLaterIsNone() throws Exception {
            assertThat(matches(RULE, List.of(login("a", T, "DE"), login("b", T + 10 * MINUTE + 1, "FR"))))
                    .isEmpty();
        }

        @Test
        void loginsWithoutACountryDoNotCount() throws Exception {
            assertThat(matches(RULE, List.of(login("a", T, "DE"), login("b", T + 1, ""), login("c", T + 2, "DE"))))
                    .isEmpty();
        }

        @Test
        void theEarliestLoginFromElsewhereIsThePartner() throws Exception {
            assertThat(matches(
                            RULE,
                            List.of(
                                    login("a", T, "FR"),
                                    login("b", T + MINUTE, "DE"),
                                    login("c", T + 10 * MINUTE + 1, "DE"),
                                    login("d", T + 11 * MINUTE, "FR"))))
                    .containsExactly(List.of("a", "b"), List.of("b", "d"));
        }
    }

    @Nested
    class SharedDeviceTest {

        private static final String RULE = "shared-device";

        @Test
        void threeUsersOnOneDeviceWithinExactlyTheWindowAreAMatch() throws Exception {
            try (PatternHarness harness = harness(RULE)) {
                harness.feed(
                        loginOn("a", "u1", T, "d1"),
                        loginOn("b", "u2", T + 1, "d1"),
                        loginOn("c", "u1", T + 2, "d1"),
                        loginOn("d", "u3", T + 3, "d2"),
                        loginOn("e", "u3", T + 10 * MINUTE, "d1"));

                assertThat(harness.matches()).containsExactly(List.of("a", "b", "e"));
                assertThat(harness.alertsAs(Alert::getSubject)).containsExactly("device:d1");
                assertThat(harness.alertsAs(Alert::getMessage))
                        .containsExactly("3 users logged in on device d1 within 10 min: u1, u2, u3.");
            }
        }

        @Test
        void aMillisecondLongerIsNoneUnlessALaterStartIsNearEnough() throws Exception {
            assertThat(matches(
                            RULE,
                            List.of(
                                    loginOn("a", "u1", T, "d1"),
                                    loginOn("b", "u2", T + 2, "d1"),
                                    loginOn("c", "u3", T + 10 * MINUTE + 1, "d1"),
                                    loginOn("d", "u1", T + 10 * MINUTE + 2, "d1"))))
                    .containsExactly(List.of("b", "c", "d"));
        }

        @Test
        void aDeviceThatIsNotGivenIsNoDevice() throws Exception {
            assertThat(matches(
                            RULE,
                            List.of(loginOn("a", "u1", T, ""), loginOn("b", "u2", T, ""), loginOn("c", "u3", T, ""))))
                    .isEmpty();
        }

        @Test
        void usersWithEqualEventIdsOnADeviceGiveAlertsOfTheirOwn() throws Exception {
            try (PatternHarness harness = harness(RULE)) {
                harness.feed(
                        loginOn("1", "u1", T, "d1"),
                        loginOn("1", "u2", T, "d1"),
                        loginOn("1", "u3", T, "d1"),
                        loginOn("1", "u4", T + HOUR, "d1"),
                        loginOn("1", "u5", T + HOUR, "d1"),
                        loginOn("1", "u6", T + HOUR, "d1"));

                assertThat(harness.alertsAs(Alert::getAlertId)).hasSize(2).doesNotHaveDuplicates();
            }
        }
    }

    @Nested
    class LockstepLikesTest {

        private static final String RULE = "lockstep-likes";

        @Test
        void tenUsersFromOneDeviceWithinExactlyTheWindowAreAMatch() throws Exception {
            List<OracleEvent> likes = new ArrayList<>(crowd(9, T, "p1", "d1", ""));
            likes.add(like("e9", "v9", T + MINUTE, "p1", "d1", ""));

            try (PatternHarness harness = harness(RULE)) {
                harness.feed(likes);

                assertThat(harness.matches()).containsExactly(ids(0, 10));
                assertThat(harness.alertsAs(Alert::getSubject)).containsExactly("post:p1|device:d1");
                assertThat(harness.alertsAs(Alert::getMessage))
                        .containsExactly("10 users liked post p1 from device d1 within 1 min.");
            }
        }

        @Test
        void aMillisecondLongerIsNone() throws Exception {
            List<OracleEvent> likes = new ArrayList<>(crowd(9, T, "p1", "d1", ""));
            likes.add(like("e9", "v9", T + MINUTE + 1, "p1", "d1", ""));

            assertThat(matches(RULE, likes)).isEmpty();
        }

        @Test
        void deviceAndAddressAreSubjectsOfTheirOwn() throws Exception {
            try (PatternHarness harness = harness(RULE)) {
                harness.feed(crowd(10, T, "p1", "d1", "10.0.0.1"));

                assertThat(harness.alertsAs(Alert::getSubject))
                        .containsExactlyInAnyOrder("post:p1|device:d1", "post:p1|ip:10.0.0.1");
                assertThat(harness.alertsAs(Alert::getMessage))
                        .contains("10 users liked post p1 from address 10.0.0.1 within 0.009 s.");
            }
        }

        @Test
        void likesOfAnotherPostOrOfTheSameUserDoNotCount() throws Exception {
            List<OracleEvent> likes = new ArrayList<>(crowd(9, T, "p1", "d1", ""));
            likes.add(like("x", "v9", T + 10, "p2", "d1", ""));
            likes.add(like("y", "v1", T + 11, "p1", "d1", ""));

            assertThat(matches(RULE, likes)).isEmpty();
        }
    }

    @Test
    void equalTimesAreInTheOrderOfPartitionsAndOffsetsHoweverTheyCome() throws Exception {
        List<OracleEvent> logins = Arrivals.inOrder(List.of(
                loginOn("a", "u1", T, "d1"),
                loginOn("b", "u2", T, "d1"),
                loginOn("c", "u3", T, "d1"),
                loginOn("d", "u4", T, "d1")));
        List<SourceRecord<Event>> records = new ArrayList<>(Arrivals.records(logins));
        Collections.reverse(records);

        try (PatternHarness harness = harness("shared-device")) {
            for (SourceRecord<Event> record : records) {
                harness.arrive(FraudEvent.of(record, T));
            }
            harness.watermark(T);

            assertThat(harness.matches())
                    .containsExactly(logins.subList(0, 3).stream()
                            .map(OracleEvent::eventId)
                            .toList());
        }
    }

    @Test
    void anEventBehindTheWatermarkGoesToTheLateOnes() throws Exception {
        try (PatternHarness harness = harness("shared-device")) {
            harness.watermark(T);

            harness.arrive(FraudEvent.of(
                    Arrivals.records(List.of(loginOn("late", "u1", T, "d1"))).get(0), T));

            assertThat(harness.late()).extracting(FraudEvent::eventId).containsExactly("late");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rapid-bets",
                "bet-escalation",
                "probe-then-strike",
                "deposit-cycle",
                "country-hop",
                "shared-device",
                "like-burst",
                "lockstep-likes"
            })
    void nothingIsLeftInStateWhenTheWindowHasPassed(String rule) throws Exception {
        List<OracleEvent> events = RandomStreams.of(42);
        try (PatternHarness harness = harness(rule)) {
            harness.feed(events);
            assertThat(harness.alerts()).isNotEmpty();

            harness.watermark(
                    events.get(events.size() - 1).timeMs() + Duration.ofHours(2).toMillis());

            assertThat(harness.held()).isZero();
        }
    }

    @Test
    void aFloodOfLoginsHoldsBoundedStateAndIsStillSeenThrough() throws Exception {
        List<OracleEvent> flood = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            flood.add(login("e" + i, T + i * 400L, "DE"));
        }
        try (PatternHarness harness = harness("country-hop")) {
            harness.feed(flood);
            int held = harness.held();
            long hop = flood.get(flood.size() - 1).timeMs() + 1;

            harness.feed(login("hop", hop, "FR"));

            // An open match is an event, its node, a timer; the numbers per timestamp come on top.
            assertThat(held).isLessThan(1_000);
            assertThat(harness.alerts()).singleElement().satisfies(alert -> {
                assertThat(alert.getDetectedAtMs()).isEqualTo(hop);
                // At most a fiftieth of the window later than without the brake.
                assertThat(alert.getStartedAtMs()).isBetween(hop - 10 * MINUTE, hop - 10 * MINUTE + 13 * SECOND);
            });
        }
    }

    /** The pattern with its default rule. */
    abstract PatternHarness harness(String rule) throws Exception;

    private List<List<String>> matches(String rule, List<OracleEvent> events) throws Exception {
        try (PatternHarness harness = harness(rule)) {
            return harness.feed(events).matches();
        }
    }

    private static List<String> ids(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "e" + i).toList();
    }

    /** The first at one time, the last at the other, the rest right after the first. */
    private static List<OracleEvent> bets(int count, long firstMs, long lastMs) {
        return IntStream.range(0, count)
                .mapToObj(i -> bet("e" + i, i == count - 1 ? lastMs : firstMs + i, "1"))
                .toList();
    }

    private static List<OracleEvent> likes(int count, long firstMs, long lastMs) {
        return IntStream.range(0, count)
                .mapToObj(i -> like("e" + i, "u1", i == count - 1 ? lastMs : firstMs + i, "p" + i % 3, "", ""))
                .toList();
    }

    private static List<OracleEvent> betsOf(long firstMs, long stepMs, String... amounts) {
        return IntStream.range(0, amounts.length)
                .mapToObj(i -> bet("e" + i, firstMs + i * stepMs, amounts[i]))
                .toList();
    }

    private static List<OracleEvent> crowd(int users, long firstMs, String post, String device, String ip) {
        return IntStream.range(0, users)
                .mapToObj(i -> like("e" + i, "v" + i, firstMs + i, post, device, ip))
                .toList();
    }

    private static OracleEvent bet(String id, long atMs, String amount) {
        return OracleEvent.builder(EventType.BET, id, "u1", atMs).amount(amount).build();
    }

    private static OracleEvent deposit(String id, long atMs, String amount) {
        return OracleEvent.builder(EventType.DEPOSIT, id, "u1", atMs)
                .amount(amount)
                .build();
    }

    private static OracleEvent withdrawal(String id, long atMs, String amount) {
        return OracleEvent.builder(EventType.WITHDRAWAL, id, "u1", atMs)
                .amount(amount)
                .build();
    }

    private static OracleEvent login(String id, long atMs, String country) {
        return OracleEvent.builder(EventType.LOGIN, id, "u1", atMs)
                .country(country)
                .build();
    }

    private static OracleEvent loginOn(String id, String user, long atMs, String device) {
        return OracleEvent.builder(EventType.LOGIN, id, user, atMs)
                .device(device)
                .build();
    }

    private static OracleEvent like(String id, String user, long atMs, String post, String device, String ip) {
        return OracleEvent.builder(EventType.LIKE, id, user, atMs)
                .post(post)
                .device(device)
                .ip(ip)
                .build();
    }
}
