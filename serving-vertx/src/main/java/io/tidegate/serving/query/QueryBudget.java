package io.tidegate.serving.query;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import java.time.Duration;

/**
 * How long each subject may keep ClickHouse busy per minute. What a query costs is known only afterwards, so it is charged then,
 * into debt if need be; whoever is in debt waits. What comes out of the cache costs nothing.
 */
final class QueryBudget {

    /** The subject has used up its time. */
    static final class SpentException extends Exception {
        private static final long serialVersionUID = 1L;
        private final Duration wait;

        SpentException(Duration wait) {
            this.wait = wait;
        }

        /** Until a query is let in again. */
        Duration untilNext() {
            return wait;
        }
    }

    private static final int MAX_SUBJECTS = 50_000;
    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final long millisPerMinute;
    private final Cache<String, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(MAX_SUBJECTS)
            .expireAfterAccess(PERIOD.multipliedBy(15))
            .build();

    /**
     * @param perMinute zero: no budget
     */
    QueryBudget(Duration perMinute) {
        this.millisPerMinute = perMinute.toMillis();
    }

    void check(String subject) throws SpentException {
        if (millisPerMinute > 0) {
            Bucket bucket = bucket(subject);
            if (bucket.getAvailableTokens() <= 0) {
                throw new SpentException(
                        Duration.ofNanos(bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill()));
            }
        }
    }

    void charge(String subject, Duration cost) {
        if (millisPerMinute > 0) {
            bucket(subject).consumeIgnoringRateLimits(Math.max(1, cost.toMillis()));
        }
    }

    private Bucket bucket(String subject) {
        return buckets.get(subject, unknown -> Bucket.builder()
                .addLimit(limit -> limit.capacity(millisPerMinute).refillGreedy(millisPerMinute, PERIOD))
                .build());
    }
}
