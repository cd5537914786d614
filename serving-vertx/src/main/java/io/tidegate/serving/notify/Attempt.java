package io.tidegate.serving.notify;

import java.time.Duration;
import java.util.Optional;

/**
 * What became of one attempt to deliver.
 *
 * @param reason lower snake case, for metrics and dead letters; empty when delivered
 * @param retryAfter not before, as the receiver asked
 */
public record Attempt(Result result, String reason, Optional<Duration> retryAfter) {

    public enum Result {
        DELIVERED,
        /** May work later. */
        RETRY,
        /** Will never work: a dead letter at once. */
        GIVE_UP,
        /** Nobody wants it any more. */
        CANCELLED
    }

    public static Attempt delivered() {
        return new Attempt(Result.DELIVERED, "", Optional.empty());
    }

    public static Attempt retry(String reason) {
        return new Attempt(Result.RETRY, reason, Optional.empty());
    }

    public static Attempt retry(String reason, Optional<Duration> after) {
        return new Attempt(Result.RETRY, reason, after);
    }

    public static Attempt giveUp(String reason) {
        return new Attempt(Result.GIVE_UP, reason, Optional.empty());
    }

    public static Attempt cancelled(String reason) {
        return new Attempt(Result.CANCELLED, reason, Optional.empty());
    }
}
