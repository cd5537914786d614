package io.tidegate.jobs.fraud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidegate.jobs.rules.RuleSet;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What an event costs doesn't depend on how many matches are open, in its subject or in all. Counted in slots of the histories
 * that are looked at ({@link SlotCount}), so it needs no clock. Growing is by factors; a cost that grew with them would be a
 * hundred or ten thousand times the other.
 */
class FlatCostTest {

    private static final long T = 1_700_000_000_000L;

    @BeforeAll
    static void slotsAreCounted() {
        SlotCount.class.getClassLoader().setPackageAssertionStatus("io.tidegate.jobs.fraud", true);
        assumeTrue(RapidBets.class.desiredAssertionStatus(), "assertions are off: nothing is counted");
    }

    /** Events of one user that all begin matches and never complete one. */
    @Test
    void ofOneUserWithAHundredOrAHundredThousandOpenMatches() {
        assertThat(perEvent(100_000, this::betsOfOne)).isLessThanOrEqualTo(2 * perEvent(100, this::betsOfOne));
        assertThat(perEvent(100_000, this::loginsOfOne)).isLessThanOrEqualTo(2 * perEvent(100, this::loginsOfOne));
        assertThat(perEvent(100_000, this::likesOfOne)).isLessThanOrEqualTo(2 * perEvent(100, this::likesOfOne));
    }

    /** Deposits are tried with each withdrawal: of a flood as many as are kept. */
    @Test
    void ofOneUserWithAHundredOrAHundredThousandPendingDeposits() {
        double few = perEvent(100, this::cashOfOne);
        assertThat(perEvent(1_000, this::cashOfOne)).isLessThanOrEqualTo(2.5 * Deposits.LIMIT);
        assertThat(perEvent(100_000, this::cashOfOne)).isLessThanOrEqualTo(2.5 * Deposits.LIMIT);
        assertThat(few).isLessThanOrEqualTo(2.5 * Deposits.LIMIT);
    }

    @Test
    void ofOneDeviceWithAHundredOrAHundredThousandLogins() {
        assertThat(perEvent(100_000, this::loginsOnOneDevice))
                .isLessThanOrEqualTo(2 * perEvent(100, this::loginsOnOneDevice));
    }

    /** A history is bounded however long the flood. */
    @Test
    void whatIsKeptIsBounded() {
        UserHistory user = new UserHistory();
        SharedHistory device = new SharedHistory();
        DistinctUsers rule = (DistinctUsers) pattern(SharedDevice.ID);
        UserNeeds needs = needs();
        for (int i = 0; i < 100_000; i++) {
            user.add(event(FraudEventType.BET, i, "u1", 1), needs);
            user.add(event(FraudEventType.LIKE, i, "u1", 0), needs);
            user.add(event(FraudEventType.LOGIN, i, "u1", 0), needs);
            user.add(event(FraudEventType.DEPOSIT, i, "u1", i % 1_000), needs);
            device.crowd().add(event(FraudEventType.LOGIN, i, "u" + i % 2, 0), rule.windowMs(), rule.users());
        }
        assertThat(user.bets().size()).isLessThanOrEqualTo(needs.bets());
        assertThat(user.likes().size()).isLessThanOrEqualTo(needs.likes());
        assertThat(user.logins().size()).isLessThanOrEqualTo(Thinning.LIMIT);
        assertThat(user.deposits().size()).isEqualTo(Deposits.LIMIT);
        assertThat(user.deposits().amountE4(0)).as("the greatest are kept").isGreaterThan(990);
        assertThat(device.crowd().size()).isLessThanOrEqualTo(Thinning.LIMIT + rule.users());
    }

    private static double perEvent(int events, IntConsumer run) {
        long before = SlotCount.soFar();
        run.accept(events);
        return (SlotCount.soFar() - before) / (double) events;
    }

    private void betsOfOne(int events) {
        ofOne(FraudEventType.BET, events);
    }

    private void likesOfOne(int events) {
        ofOne(FraudEventType.LIKE, events);
    }

    private void loginsOfOne(int events) {
        ofOne(FraudEventType.LOGIN, events);
    }

    private static void ofOne(FraudEventType type, int events) {
        UserHistory history = new UserHistory();
        UserNeeds needs = needs();
        for (int i = 0; i < events; i++) {
            decide(history, event(type, i, "u1", 1_000_000L), needs);
        }
    }

    private void cashOfOne(int events) {
        UserHistory history = new UserHistory();
        UserNeeds needs = needs();
        for (int i = 0; i < events; i++) {
            // A withdrawal that is too small for every deposit: it is tried with all of them.
            decide(
                    history,
                    event(
                            i % 2 == 0 ? FraudEventType.DEPOSIT : FraudEventType.WITHDRAWAL,
                            i,
                            "u1",
                            i % 2 == 0 ? 1_000 + i : 1),
                    needs);
        }
    }

    private void loginsOnOneDevice(int events) {
        DistinctUsers rule = (DistinctUsers) pattern(SharedDevice.ID);
        Crowd crowd = new Crowd();
        for (int i = 0; i < events; i++) {
            FraudEvent login = event(FraudEventType.LOGIN, i, "u" + i % 2, 0);
            rule.match(login, crowd);
            crowd.add(login, rule.windowMs(), rule.users());
        }
    }

    /** What the operator does, with no rule silent. */
    private static void decide(UserHistory history, FraudEvent event, UserNeeds needs) {
        for (FraudPattern pattern : FraudPatterns.of(RuleSet.defaults())) {
            if (pattern instanceof UserRule rule
                    && rule.looksAt(event.type())
                    && !pattern.rule().id().equals(RapidBets.ID)
                    && !pattern.rule().id().equals(LikeBurst.ID)) {
                rule.match(event, history);
            }
        }
        history.add(event, needs);
    }

    private static UserNeeds needs() {
        UserNeeds needs = UserNeeds.NONE;
        for (FraudPattern pattern : FraudPatterns.of(RuleSet.defaults())) {
            if (pattern instanceof UserRule rule) {
                needs = rule.needs(needs);
            }
        }
        return needs;
    }

    private static FraudPattern pattern(String id) {
        return FraudPatterns.of(RuleSet.defaults().rule(id));
    }

    /** A millisecond after the one before: all within the window of every rule. */
    private static FraudEvent event(FraudEventType type, int index, String user, long amountE4) {
        long timeMs = T + index / 100;
        return new FraudEvent(type, user, "e" + index, timeMs, amountE4, "p1", "", "d1", "DE", 0, index, timeMs);
    }
}
