package io.tidegate.serving.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.SynchronizationStrategy;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.auth.Role;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Token buckets (Bucket4j) of this instance, one per address, subject and tenant, in caches of bounded size (Caffeine) that forget
 * whoever stays away until the bucket would be full again. So a flood of addresses costs a fixed amount of memory; what it
 * pushes out is what was seen least often.
 *
 * <p>A bucket locks for some tens of nanoseconds instead of copying its state for every request.
 */
public final class BucketLimiter implements Limiter {

    private static final Scope[] SCOPES = Scope.values();
    private static final Unit[] UNITS = Unit.values();

    /** The buckets of one subject or tenant; null where there is no limit. */
    private record Account(Scope scope, Meter requests, Meter events, Meter bytes) {}

    /** A bucket and what it holds when full. */
    private record Meter(Unit unit, Bucket bucket, long capacity) {}

    /** A subject is one within its tenant. */
    private record SubjectKey(String tenant, String sub, boolean importer) {}

    private final LimitsConfig config;
    private final long periodNanos;
    private final TimeMeter clock;
    private final Cache<PeerAddress, Meter> addresses;
    private final Cache<SubjectKey, Account> subjects;
    private final Cache<String, Account> tenants;
    private final Function<PeerAddress, Meter> newAddress;
    private final Function<SubjectKey, Account> newSubject;
    private final Function<String, Account> newTenant;
    private final Counter[] refused = new Counter[SCOPES.length * UNITS.length];

    public BucketLimiter(LimitsConfig config, MeterRegistry registry) {
        this(config, registry, TimeMeter.SYSTEM_NANOTIME);
    }

    BucketLimiter(LimitsConfig config, MeterRegistry registry, TimeMeter clock) {
        this.config = config;
        this.periodNanos = config.period().toNanos();
        this.clock = clock;
        this.addresses = cache();
        this.subjects = cache();
        this.tenants = cache();
        this.newAddress = key -> meter(Unit.REQUESTS, config.ipRequests());
        this.newSubject = key -> account(Scope.SUBJECT, key.importer() ? config.importer() : config.subject());
        this.newTenant = key -> account(Scope.TENANT, config.tenant());
        for (Scope scope : SCOPES) {
            for (Unit unit : UNITS) {
                if (scope != Scope.IP || unit == Unit.REQUESTS) {
                    refused[index(scope, unit)] = Counter.builder("tidegate.limits.refused")
                            .description("Requests and messages over a limit")
                            .tag("scope", lower(scope))
                            .tag("unit", lower(unit))
                            .register(registry);
                }
            }
        }
        watch(registry, Scope.IP, addresses);
        watch(registry, Scope.SUBJECT, subjects);
        watch(registry, Scope.TENANT, tenants);
    }

    @Override
    public Decision admit(PeerAddress peer, Optional<Principal> who, int events, int bytes) {
        if (who.isEmpty()) {
            return config.ipRequests() == 0
                    ? Decision.FREE
                    : take(Scope.IP, addresses.get(peer, newAddress), Decision.FREE);
        }
        Principal principal = who.get();
        boolean request = events == 0 && bytes == 0;
        if (request && principal.has(Role.IMPORTER) && config.ipRequests() != 0) {
            addresses.get(peer, newAddress).bucket().addTokens(1);
        }
        Decision decision = admit(subject(principal), request, events, bytes, Decision.FREE);
        Account tenant = tenant(principal);
        return decision.admitted() && tenant != null ? admit(tenant, request, events, bytes, decision) : decision;
    }

    @Override
    public void charge(Principal who, int events, int bytes) {
        charge(subject(who), events, bytes);
        Account tenant = tenant(who);
        if (tenant != null) {
            charge(tenant, events, bytes);
        }
    }

    private Decision admit(Account account, boolean request, int events, int bytes, Decision before) {
        if (request) {
            return account.requests() == null ? before : take(account.scope(), account.requests(), before);
        }
        Decision decision = owe(account.scope(), account.events(), events, before);
        return decision.admitted() ? owe(account.scope(), account.bytes(), bytes, decision) : decision;
    }

    /** One request, exactly. */
    private Decision take(Scope scope, Meter meter, Decision before) {
        ConsumptionProbe probe = meter.bucket().tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            return refuse(scope, meter, probe.getRemainingTokens(), probe.getNanosToWaitForRefill());
        }
        return tighter(scope, meter, probe.getRemainingTokens(), before);
    }

    /** Whatever it takes, if there is anything left. */
    private Decision owe(Scope scope, Meter meter, int amount, Decision before) {
        if (meter == null || amount == 0) {
            return before;
        }
        if (meter.bucket().tryConsume(amount)) {
            return before;
        }
        long available = meter.bucket().getAvailableTokens();
        if (available <= 0) {
            return refuse(
                    scope, meter, 0, meter.bucket().estimateAbilityToConsume(1).getNanosToWaitForRefill());
        }
        meter.bucket().consumeIgnoringRateLimits(Math.min(amount, available + meter.capacity()));
        return before;
    }

    private void charge(Account account, int events, int bytes) {
        charge(account.events(), events);
        charge(account.bytes(), bytes);
    }

    private static void charge(Meter meter, int amount) {
        if (meter != null && amount > 0) {
            long most = meter.bucket().getAvailableTokens() + meter.capacity();
            if (most > 0) {
                meter.bucket().consumeIgnoringRateLimits(Math.min(amount, most));
            }
        }
    }

    private Decision refuse(Scope scope, Meter meter, long remaining, long waitNanos) {
        refused[index(scope, meter.unit())].increment();
        return new Decision(
                false,
                scope,
                meter.unit(),
                meter.capacity(),
                Math.max(0, remaining),
                resetSeconds(meter, remaining),
                Math.max(1, seconds(waitNanos)));
    }

    private Decision tighter(Scope scope, Meter meter, long remaining, Decision before) {
        if (before.limited() && before.share() <= (double) remaining / meter.capacity()) {
            return before;
        }
        return new Decision(true, scope, meter.unit(), meter.capacity(), remaining, resetSeconds(meter, remaining), 0);
    }

    private long resetSeconds(Meter meter, long remaining) {
        return seconds((long) (periodNanos * ((double) (meter.capacity() - remaining) / meter.capacity())));
    }

    private static long seconds(long nanos) {
        return (nanos + 999_999_999L) / 1_000_000_000L;
    }

    private Account subject(Principal who) {
        return subjects.get(new SubjectKey(who.tenant(), who.sub(), who.has(Role.IMPORTER)), newSubject);
    }

    /** Null if the token has none. */
    private Account tenant(Principal who) {
        return who.tenant().isEmpty() || who.has(Role.IMPORTER) ? null : tenants.get(who.tenant(), newTenant);
    }

    private Account account(Scope scope, LimitsConfig.Quota quota) {
        return new Account(
                scope,
                meter(Unit.REQUESTS, quota.requests()),
                meter(Unit.EVENTS, quota.events()),
                meter(Unit.BYTES, quota.bytes().bytes()));
    }

    private Meter meter(Unit unit, long capacity) {
        if (capacity == 0) {
            return null;
        }
        Bandwidth limit = Bandwidth.builder()
                .capacity(capacity)
                .refillGreedy(capacity, config.period())
                .build();
        Bucket bucket = Bucket.builder()
                .addLimit(limit)
                .withCustomTimePrecision(clock)
                .withSynchronizationStrategy(SynchronizationStrategy.SYNCHRONIZED)
                .build();
        return new Meter(unit, bucket, capacity);
    }

    private <K, V> Cache<K, V> cache() {
        // Debt is at most one period's worth, so after two periods every bucket is full, and a full one needs no
        // memory.
        Duration full = config.period().multipliedBy(2);
        return Caffeine.newBuilder()
                .maximumSize(config.maxTracked())
                .expireAfterAccess(full)
                .ticker(clock::currentTimeNanos)
                .executor(Runnable::run)
                .build();
    }

    private static void watch(MeterRegistry registry, Scope scope, Cache<?, ?> cache) {
        Gauge.builder("tidegate.limits.tracked", cache, Cache::estimatedSize)
                .description("Addresses, subjects and tenants whose use is remembered")
                .tag("scope", lower(scope))
                .register(registry);
    }

    private static int index(Scope scope, Unit unit) {
        return scope.ordinal() * UNITS.length + unit.ordinal();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
