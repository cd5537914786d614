package io.tidegate.jobs.fraud;

/**
 * How many matches have lately begun with events of one user about one subject: the brake on a flood.
 *
 * <p>CEP compares all open matches of a subject with each other at every event, so its work grows with their square: a client
 * that logs in a thousand times within a window would hold up everybody's detection. In a period, which is as long as the
 * rule's window, a number of matches may begin just so, more than a person gives cause for. From then on one may begin every
 * {@code window / free}: each stretch of the flood still has its match, though it may begin that much late.
 *
 * @param periodStartMs detection time of the first start of the period
 * @param count starts in the period
 * @param lastMs detection time of the latest start
 */
public record MatchStarts(long periodStartMs, int count, long lastMs) {

    /**
     * @param before null where none has begun lately
     * @param free how many may begin in a period without a brake; at most four times as many are open at a time
     * @return with one more, or {@code before} itself where no match may begin now
     */
    static MatchStarts next(MatchStarts before, long timeMs, long windowMs, int free) {
        if (before == null || timeMs - before.periodStartMs > windowMs) {
            return new MatchStarts(timeMs, 1, timeMs);
        }
        if (before.count >= free && timeMs - before.lastMs < windowMs / free) {
            return before;
        }
        return new MatchStarts(before.periodStartMs, before.count + 1, Math.max(before.lastMs, timeMs));
    }
}
