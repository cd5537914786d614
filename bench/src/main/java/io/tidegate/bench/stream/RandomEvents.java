package io.tidegate.bench.stream;

import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.contracts.v1.Login;
import java.util.SplittableRandom;

/**
 * Events for the jobs: seven in ten are bets, two are likes, one is a log-in. Of the bets one in so many is two hundred times as high, which
 * completes a match where the user has placed three small ones before. The same seed gives the same events. Not thread-safe.
 */
final class RandomEvents {

    private static final long SMALL_E4 = 10_000;

    private final String run;
    private final int users;
    private final int strikesPer;
    private final SplittableRandom random;
    private int next;

    /**
     * @param run what names of users begin with
     * @param users over whom the events are spread evenly
     * @param strikesPer of so many bets one is high
     */
    RandomEvents(String run, int users, int strikesPer, long seed) {
        this.run = run;
        this.users = users;
        this.strikesPer = strikesPer;
        this.random = new SplittableRandom(seed);
    }

    Event next() {
        int number = next++;
        int who = random.nextInt(users);
        String user = run + who;
        long now = System.currentTimeMillis();
        Event.Builder event = Event.newBuilder()
                .setEventId("event-number-" + number)
                .setUserId(user)
                .setOccurredAtMs(now)
                .setIngestedAtMs(now)
                // An address of their own, or they would like in lockstep.
                .setIp("10." + (who >> 16) + '.' + (who >> 8 & 0xFF) + '.' + (who & 0xFF))
                .setDeviceId("device-of-" + user)
                .setCountry("PT");
        int kind = random.nextInt(10);
        if (kind < 7) {
            boolean strike = random.nextInt(strikesPer) == 0;
            event.setBet(Bet.newBuilder()
                    .setGameId("game-" + number % 1_000)
                    .setAmountE4(strike ? 200 * SMALL_E4 : SMALL_E4)
                    .setBetId("bet-number-" + number)
                    .setCurrency("EUR")
                    .setOddsE4(18_500)
                    .setBetType("single")
                    .setChannel("mobile")
                    .setCity("Lisbon")
                    .setDeviceType("phone"));
        } else if (kind < 9) {
            event.setLike(Like.newBuilder()
                    .setPostId("post-" + random.nextInt(10_000))
                    .setAuthorId("author-" + number % 100));
        } else {
            event.setLogin(Login.getDefaultInstance());
        }
        return event.build();
    }
}
