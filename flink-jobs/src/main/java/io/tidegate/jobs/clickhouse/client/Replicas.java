package io.tidegate.jobs.clickhouse.client;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The replicas of one shard, and which of them to ask: the one that answered last. A replica that fails is put aside, for
 * a second at first and for twice as long each time, up to a minute; the next one takes over and keeps the work. Where
 * all are aside, the one whose time is up first is asked: the caller's own backoff paces that.
 *
 * <p>Outcomes are all it goes by, nobody is pinged. Thread-safe.
 */
final class Replicas {

    static final Duration FIRST_ASIDE = Duration.ofSeconds(1);
    static final Duration LONGEST_ASIDE = Duration.ofMinutes(1);

    private final List<URI> addresses;
    private final LongSupplier nanoTime;
    private final int[] failures;
    private final long[] failedAt;
    private final long[] asideUntil;
    private int current;

    Replicas(List<URI> addresses, LongSupplier nanoTime) {
        this.addresses = List.copyOf(addresses);
        this.nanoTime = nanoTime;
        this.failures = new int[addresses.size()];
        this.failedAt = new long[addresses.size()];
        this.asideUntil = new long[addresses.size()];
        Arrays.fill(asideUntil, nanoTime.getAsLong());
        Arrays.fill(failedAt, nanoTime.getAsLong());
    }

    /** One request's choice. */
    record Choice(int index, URI address, long chosenAt) {}

    synchronized Choice choose() {
        long now = nanoTime.getAsLong();
        int best = current;
        for (int i = 0; i < addresses.size(); i++) {
            int candidate = (current + i) % addresses.size();
            if (asideUntil[candidate] - now <= 0) {
                best = candidate;
                break;
            }
            if (asideUntil[candidate] - asideUntil[best] < 0) {
                best = candidate;
            }
        }
        current = best;
        return new Choice(best, addresses.get(best), now);
    }

    synchronized void succeeded(Choice choice) {
        failures[choice.index()] = 0;
        asideUntil[choice.index()] = nanoTime.getAsLong();
    }

    /** Many requests that run at once see one failure: what was chosen before the last one doesn't count again. */
    synchronized void failed(Choice choice) {
        int at = choice.index();
        if (failures[at] > 0 && choice.chosenAt() - failedAt[at] <= 0) {
            return;
        }
        long now = nanoTime.getAsLong();
        long aside = Math.min(LONGEST_ASIDE.toNanos(), FIRST_ASIDE.toNanos() << Math.min(failures[at], 10));
        failures[at]++;
        failedAt[at] = now;
        asideUntil[at] = now + aside;
        if (current == at) {
            current = (at + 1) % addresses.size();
        }
    }
}
