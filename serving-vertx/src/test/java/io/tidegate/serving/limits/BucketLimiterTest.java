package io.tidegate.serving.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.auth.Role;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.limits.Limiter.Decision;
import io.tidegate.serving.limits.Limiter.Scope;
import io.tidegate.serving.limits.Limiter.Unit;
import io.tidegate.serving.limits.LimitsConfig.Quota;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BucketLimiterTest {

    private static final PeerAddress PEER = PeerAddress.parse("192.0.2.1").orElseThrow();
    private static final Principal ADA = principal("ada", "acme", Role.PRODUCER);
    private static final Principal BOB = principal("bob", "acme", Role.PRODUCER);

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final ManualClock clock = new ManualClock();

    /** Time that passes when a test says so. */
    private static final class ManualClock implements TimeMeter {
        private long nanos = 1;

        @Override
        public long currentTimeNanos() {
            return nanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }

        void pass(Duration time) {
            nanos += time.toNanos();
        }
    }

    private static Principal principal(String sub, String tenant, Role role) {
        return new Principal(sub, Set.of(role), tenant, Instant.MAX);
    }

    private static Quota quota(int requests, int events, long bytes) {
        return new Quota(requests, events, new DataSize(bytes));
    }

    private BucketLimiter limiter(int ipRequests, Quota subject, Quota tenant) {
        return new BucketLimiter(
                new LimitsConfig(Duration.ofMinutes(1), ipRequests, subject, Quota.NONE, tenant, List.of(), 1_000),
                metrics,
                clock);
    }

    private static Decision arrive(Limiter limiter, PeerAddress peer) {
        return limiter.admit(peer, Optional.empty(), 0, 0);
    }

    private double refused(Scope scope, Unit unit) {
        return metrics.get("tidegate.limits.refused")
                .tag("scope", scope.name().toLowerCase())
                .tag("unit", unit.name().toLowerCase())
                .counter()
                .count();
    }

    @Test
    void anAddressHasItsRequestsAMinuteAndThenWaits() {
        Limiter limiter = limiter(100, Quota.NONE, Quota.NONE);
        for (int i = 99; i >= 0; i--) {
            assertThat(arrive(limiter, PEER))
                    .extracting(Decision::admitted, Decision::remaining)
                    .containsExactly(true, (long) i);
        }

        Decision refused = arrive(limiter, PEER);

        assertThat(refused).isEqualTo(new Decision(false, Scope.IP, Unit.REQUESTS, 100, 0, 60, 1));
        assertThat(refused(Scope.IP, Unit.REQUESTS)).isEqualTo(1);
        assertThat(arrive(limiter, PeerAddress.parse("192.0.2.2").orElseThrow()).admitted())
                .isTrue();
        clock.pass(Duration.ofMillis(600));
        assertThat(arrive(limiter, PEER).admitted()).isTrue();
        assertThat(arrive(limiter, PEER).admitted()).isFalse();
        clock.pass(Duration.ofMinutes(1));
        assertThat(arrive(limiter, PEER).remaining()).isEqualTo(99);
    }

    @Test
    void aSubjectsAddressesAddUp() {
        Limiter limiter = limiter(0, quota(2, 0, 0), Quota.NONE);
        for (String address : List.of("192.0.2.1", "198.51.100.7")) {
            assertThat(limiter.admit(PeerAddress.parse(address).orElseThrow(), Optional.of(ADA), 0, 0)
                            .admitted())
                    .isTrue();
        }

        Decision refused = limiter.admit(PeerAddress.parse("203.0.113.9").orElseThrow(), Optional.of(ADA), 0, 0);

        assertThat(refused).isEqualTo(new Decision(false, Scope.SUBJECT, Unit.REQUESTS, 2, 0, 60, 30));
        assertThat(limiter.admit(PEER, Optional.of(BOB), 0, 0).admitted()).isTrue();
    }

    @Test
    void theSameSubjectOfAnotherTenantIsAnotherOne() {
        Limiter limiter = limiter(0, quota(1, 0, 0), Quota.NONE);
        limiter.admit(PEER, Optional.of(ADA), 0, 0);

        assertThat(limiter.admit(PEER, Optional.of(principal("ada", "other", Role.PRODUCER)), 0, 0)
                        .admitted())
                .isTrue();
        assertThat(limiter.admit(PEER, Optional.of(ADA), 0, 0).admitted()).isFalse();
    }

    @Test
    void aBatchLargerThanWhatIsLeftPassesAndIsOwed() {
        Limiter limiter = limiter(0, quota(0, 100, 0), Quota.NONE);

        assertThat(limiter.admit(PEER, Optional.of(ADA), 1, 0).admitted()).isTrue();
        limiter.charge(ADA, 120, 0);

        Decision refused = limiter.admit(PEER, Optional.of(ADA), 1, 0);
        assertThat(refused)
                .extracting(Decision::admitted, Decision::scope, Decision::unit)
                .containsExactly(false, Scope.SUBJECT, Unit.EVENTS);
        // 21 owed and one to use, at 100 a minute.
        assertThat(refused.retryAfterSeconds()).isEqualTo(14);
        clock.pass(Duration.ofSeconds(14));
        assertThat(limiter.admit(PEER, Optional.of(ADA), 1, 0).admitted()).isTrue();
    }

    @Test
    void debtIsAtMostOnePeriodsWorth() {
        Limiter limiter = limiter(0, quota(0, 100, 0), Quota.NONE);
        limiter.charge(ADA, 1_000_000, 0);
        limiter.charge(ADA, 1_000_000, 0);

        assertThat(limiter.admit(PEER, Optional.of(ADA), 1, 0).retryAfterSeconds())
                .isLessThanOrEqualTo(61);
        clock.pass(Duration.ofSeconds(61));
        assertThat(limiter.admit(PEER, Optional.of(ADA), 1, 0).admitted()).isTrue();
    }

    @Test
    void bytesAreCountedToo() {
        Limiter limiter = limiter(0, quota(0, 0, 1000), Quota.NONE);
        assertThat(limiter.admit(PEER, Optional.of(ADA), 1, 5000).admitted()).isTrue();

        assertThat(limiter.admit(PEER, Optional.of(ADA), 1, 1).unit()).isEqualTo(Unit.BYTES);
        assertThat(refused(Scope.SUBJECT, Unit.BYTES)).isEqualTo(1);
    }

    @Test
    void theSubjectsOfATenantShareItsLimit() {
        Limiter limiter = limiter(0, Quota.NONE, quota(0, 10, 0));
        assertThat(limiter.admit(PEER, Optional.of(ADA), 10, 0).admitted()).isTrue();

        assertThat(limiter.admit(PEER, Optional.of(BOB), 1, 0).scope()).isEqualTo(Scope.TENANT);
        assertThat(limiter.admit(PEER, Optional.of(principal("eve", "", Role.PRODUCER)), 10, 0)
                        .admitted())
                .isTrue();
    }

    @Test
    void theDecisionTellsOfTheLimitThatIsClosestToItsEnd() {
        Limiter limiter = limiter(0, quota(100, 0, 0), quota(5, 0, 0));

        assertThat(limiter.admit(PEER, Optional.of(ADA), 0, 0))
                .extracting(Decision::scope, Decision::limit, Decision::remaining)
                .containsExactly(Scope.TENANT, 5L, 4L);
    }

    @Test
    void anImporterIsNotHeldBackByItsAddress() {
        Limiter limiter = limiter(2, quota(1, 1, 1), quota(1, 1, 1));
        Principal importer = principal("history", "acme", Role.IMPORTER);

        for (int i = 0; i < 1000; i++) {
            assertThat(arrive(limiter, PEER).admitted()).isTrue();
            assertThat(limiter.admit(PEER, Optional.of(importer), 0, 0).admitted())
                    .isTrue();
            assertThat(limiter.admit(PEER, Optional.of(importer), 10_000, 1 << 20)
                            .admitted())
                    .isTrue();
        }
    }

    @Test
    void aFloodOfAddressesCostsAFixedAmountOfMemory() {
        Limiter limiter = limiter(100, quota(1, 0, 0), Quota.NONE);
        for (int i = 0; i < 200_000; i++) {
            arrive(limiter, new PeerAddress(true, i));
        }

        assertThat(metrics.get("tidegate.limits.tracked")
                        .tag("scope", "ip")
                        .gauge()
                        .value())
                .isLessThanOrEqualTo(1_000);
    }

    @Test
    void zeroMeansNoLimitAndNothingToTell() {
        Limiter limiter = limiter(0, Quota.NONE, Quota.NONE);

        assertThat(arrive(limiter, PEER).limited()).isFalse();
        assertThat(limiter.admit(PEER, Optional.of(ADA), 1_000_000, Integer.MAX_VALUE)
                        .limited())
                .isFalse();
    }
}
