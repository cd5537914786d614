package io.tidegate.replay.oracle;

import java.util.Comparator;

/**
 * A row of {@code bet_stats_1m}, panes added up. An outcome is counted under its own minute and the dimensions of its bet;
 * where its bet is unknown (or came later), under its own game and currency and no other dimension.
 *
 * @param oddsSumE4 over the bets that gave odds
 */
public record BetStats(
        Key key, long bets, long turnoverE4, long outcomes, long payoutE4, long oddsSumE4, long oddsCount) {

    /** Ordered by its fields, first to last. */
    public record Key(
            long windowStartMs, String gameId, String city, String deviceType, String betType, String currency)
            implements Comparable<Key> {

        private static final Comparator<Key> ORDER = Comparator.comparingLong(Key::windowStartMs)
                .thenComparing(Key::gameId)
                .thenComparing(Key::city)
                .thenComparing(Key::deviceType)
                .thenComparing(Key::betType)
                .thenComparing(Key::currency);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }
}
