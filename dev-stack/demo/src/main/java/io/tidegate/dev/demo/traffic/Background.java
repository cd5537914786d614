package io.tidegate.dev.demo.traffic;

import io.tidegate.dev.demo.traffic.TrafficEvent.Actor;
import io.tidegate.dev.demo.traffic.TrafficEvent.Bet;
import io.tidegate.dev.demo.traffic.TrafficEvent.Body;
import io.tidegate.dev.demo.traffic.TrafficEvent.Comment;
import io.tidegate.dev.demo.traffic.TrafficEvent.Login;
import io.tidegate.dev.demo.traffic.TrafficEvent.Outcome;
import io.tidegate.dev.demo.traffic.TrafficEvent.Payment;
import io.tidegate.dev.demo.traffic.TrafficEvent.Post;
import io.tidegate.dev.demo.traffic.TrafficEvent.Reaction;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * The many who do nothing remarkable. They are kept below every rule by construction, whatever the rate:
 *
 * <ul>
 *   <li>there are so many users, posts and games that none gets busy, and a user rests between two bets and two likes;
 *   <li>a user's stakes differ by less than a factor of two, withdrawals are small next to any deposit;
 *   <li>a user has one device, one address, one country, shared with nobody.
 * </ul>
 *
 * <p>Some users, posts and games are more popular than others all the same: shares fall by a power of the rank.
 */
final class Background {

    private static final long REST_BETWEEN_BETS_MS = 9_000;
    private static final long REST_BETWEEN_LIKES_MS = 1_500;
    private static final int RECENT_LIKES = 512;
    /** Of the rank, for users and games: 0 would be no preference at all. */
    private static final double MILD_PREFERENCE = 0.2;

    private static final String[] CITIES = {
        "Berlin",
        "Hamburg",
        "Wien",
        "London",
        "Leeds",
        "Madrid",
        "Sevilla",
        "Lisboa",
        "Stockholm",
        "São Paulo",
        "Mumbai"
    };
    private static final String[] CITY_COUNTRIES = {"DE", "DE", "AT", "GB", "GB", "ES", "ES", "PT", "SE", "BR", "IN"};
    private static final String[] GAMES = {"slots", "dice", "roulette", "baccarat", "blackjack", "football", "tennis"};
    private static final String[] BET_TYPES = {"single", "single", "single", "accumulator", "system", "live"};
    private static final String[] CHANNELS = {"app", "app", "web", "retail"};
    private static final String[] DEVICE_TYPES = {"mobile", "mobile", "desktop", "tablet"};
    private static final String[] METHODS = {"card", "wallet", "bank"};
    private static final long[] DEPOSITS_CENTS = {5_000, 10_000, 20_000, 50_000};
    private static final long[] ODDS_HUNDREDTHS = {120, 150, 180, 200, 250, 300, 450, 800};
    private static final long LONG_SHOT_HUNDREDTHS = 2_600;

    private final SplittableRandom random;
    private final String run;
    private final int users;
    private final int games;
    private final double postPreference;
    private final long[] lastBet;
    private final long[] lastLike;
    private final String[] posts;
    private final int[] authors;
    private final Deque<Liked> recentLikes = new ArrayDeque<>();
    private final PriorityQueue<Due> outcomes = new PriorityQueue<>(Comparator.comparingLong(Due::atMs));
    private long made;

    /** @param run makes the names of new posts, bets and comments unlike those of an earlier run */
    Background(SplittableRandom random, String run, int eventsPerSecond) {
        this.random = random;
        this.run = run;
        this.users = Math.min(400_000, Math.max(2_000, 20 * eventsPerSecond));
        this.games = Math.max(150, 3 * eventsPerSecond / 4);
        // Falls with the rate, so that the most popular post stays around ten likes in ten seconds.
        this.postPreference = eventsPerSecond <= 250 ? 0.5 : eventsPerSecond <= 2_500 ? 0.3 : 0.2;
        this.lastBet = new long[users];
        this.lastLike = new long[users];
        this.posts = new String[Math.min(200_000, Math.max(1_500, 15 * eventsPerSecond / 2))];
        this.authors = new int[posts.length];
        for (int i = 0; i < posts.length; i++) {
            posts[i] = "p" + i;
            authors[i] = (int) (i * 7_919L % users);
        }
    }

    /** The next thing that happens: an outcome that is due, or something new. */
    Act next(long nowMs) {
        Due due = outcomes.peek();
        if (due != null && due.atMs() <= nowMs) {
            outcomes.remove();
            return new Act(due.actor(), due.outcome());
        }
        int perMille = random.nextInt(1_000);
        if (perMille < 220) {
            return bet(nowMs);
        } else if (perMille < 280) {
            return act(user(), new Login());
        } else if (perMille < 305) {
            long cents = DEPOSITS_CENTS[random.nextInt(DEPOSITS_CENTS.length)];
            return act(user(), new Payment(Payment.Kind.DEPOSIT, cents, pick(METHODS)));
        } else if (perMille < 315) {
            // Less than 80% of the smallest deposit.
            long cents = 1_000 + 100L * random.nextInt(29);
            return act(user(), new Payment(Payment.Kind.WITHDRAWAL, cents, pick(METHODS)));
        } else if (perMille < 335) {
            return post();
        } else if (perMille < 430) {
            int post = ranked(posts.length, postPreference);
            return act(user(), new Comment(posts[post], "c" + run + "-" + ++made, userName(authors[post])));
        } else if (perMille < 490) {
            int post = ranked(posts.length, postPreference);
            return act(user(), new Reaction(Reaction.Kind.SHARE, posts[post], userName(authors[post])));
        } else if (perMille < 520 && !recentLikes.isEmpty()) {
            Liked undone = recentLikes.removeFirst();
            return act(undone.user(), new Reaction(Reaction.Kind.UNLIKE, undone.postId(), undone.authorId()));
        }
        return like(nowMs);
    }

    private Act bet(long nowMs) {
        int user = rested(lastBet, nowMs, REST_BETWEEN_BETS_MS);
        long usualStake = 40 + user % 90;
        long stake = usualStake * (100 + random.nextInt(90)) / 100;
        long odds = random.nextInt(150) == 0
                ? LONG_SHOT_HUNDREDTHS
                : ODDS_HUNDREDTHS[random.nextInt(ODDS_HUNDREDTHS.length)];
        int rank = ranked(games, MILD_PREFERENCE);
        String game = GAMES[rank % GAMES.length] + "-" + rank / GAMES.length;
        String betId = "b" + run + "-" + ++made;
        // The house keeps about 4%.
        boolean won = random.nextDouble() < 0.96 * 100 / odds;
        Actor actor = actor(user);
        outcomes.add(new Due(
                nowMs + 1_500 + random.nextInt(20_000),
                actor,
                new Outcome(betId, game, won, won ? stake * odds / 100 : 0)));
        return new Act(
                actor,
                new Bet(
                        betId,
                        game,
                        stake,
                        odds,
                        pick(BET_TYPES),
                        pick(CHANNELS),
                        CITIES[user % CITIES.length],
                        DEVICE_TYPES[user % DEVICE_TYPES.length]));
    }

    private Act post() {
        int author = user();
        // A newcomer takes the place of an unpopular one: in a popular one's it would surge.
        int place = posts.length / 2 + random.nextInt(posts.length / 2);
        posts[place] = "p" + run + "-" + ++made;
        authors[place] = author;
        return act(author, new Post(posts[place]));
    }

    private Act like(long nowMs) {
        int user = rested(lastLike, nowMs, REST_BETWEEN_LIKES_MS);
        int post = ranked(posts.length, postPreference);
        String author = userName(authors[post]);
        recentLikes.addLast(new Liked(user, posts[post], author));
        if (recentLikes.size() > RECENT_LIKES) {
            recentLikes.removeFirst();
        }
        return act(user, new Reaction(Reaction.Kind.LIKE, posts[post], author));
    }

    /** A user who hasn't done it for a while, and now has. */
    private int rested(long[] last, long nowMs, long restMs) {
        int user = user();
        for (int tries = 0; last[user] != 0 && nowMs - last[user] < restMs && tries < users; tries++) {
            user = (user + 1) % users;
        }
        last[user] = nowMs;
        return user;
    }

    private int user() {
        return ranked(users, MILD_PREFERENCE);
    }

    /** A rank from 0, with shares that fall by rank to the power of {@code -preference}: the inverse of its distribution. */
    private int ranked(int count, double preference) {
        return (int) (count * Math.pow(random.nextDouble(), 1 / (1 - preference)));
    }

    private String pick(String[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static Act act(int user, Body body) {
        return new Act(actor(user), body);
    }

    private static Actor actor(int user) {
        String name = userName(user);
        String ip = "10." + (user >> 16) + "." + (user >> 8 & 0xff) + "." + (user & 0xff);
        return new Actor(name, ip, "d-" + name, CITY_COUNTRIES[user % CITY_COUNTRIES.length]);
    }

    private static String userName(int user) {
        return "u" + user;
    }

    /** Somebody does something now. */
    record Act(Actor actor, Body body) {}

    private record Due(long atMs, Actor actor, Outcome outcome) {}

    private record Liked(int user, String postId, String authorId) {}
}
