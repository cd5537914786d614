package io.tidegate.jobs.fraud;

/**
 * How far the rules in force look back at a user: as many events before the latest one, and no further in time.
 *
 * @param bets how many
 * @param likes how many
 */
record UserNeeds(
        int bets, long betsWindowMs, int likes, long likesWindowMs, long loginsWindowMs, long depositsWindowMs) {

    static final UserNeeds NONE = new UserNeeds(0, 0, 0, 0, 0, 0);

    UserNeeds withBets(int count, long windowMs) {
        return new UserNeeds(
                Math.max(bets, count),
                Math.max(betsWindowMs, windowMs),
                likes,
                likesWindowMs,
                loginsWindowMs,
                depositsWindowMs);
    }

    UserNeeds withLikes(int count, long windowMs) {
        return new UserNeeds(
                bets,
                betsWindowMs,
                Math.max(likes, count),
                Math.max(likesWindowMs, windowMs),
                loginsWindowMs,
                depositsWindowMs);
    }

    UserNeeds withLogins(long windowMs) {
        return new UserNeeds(
                bets, betsWindowMs, likes, likesWindowMs, Math.max(loginsWindowMs, windowMs), depositsWindowMs);
    }

    UserNeeds withDeposits(long windowMs) {
        return new UserNeeds(
                bets, betsWindowMs, likes, likesWindowMs, loginsWindowMs, Math.max(depositsWindowMs, windowMs));
    }
}
