package io.tidegate.dev.demo.traffic;

import io.tidegate.dev.demo.traffic.Scenario.Cast;
import io.tidegate.dev.demo.traffic.Scenario.Step;
import io.tidegate.dev.demo.traffic.TrafficEvent.Actor;
import io.tidegate.dev.demo.traffic.TrafficEvent.Bet;
import io.tidegate.dev.demo.traffic.TrafficEvent.Login;
import io.tidegate.dev.demo.traffic.TrafficEvent.Outcome;
import io.tidegate.dev.demo.traffic.TrafficEvent.Payment;
import io.tidegate.dev.demo.traffic.TrafficEvent.Post;
import io.tidegate.dev.demo.traffic.TrafficEvent.Reaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Every rule in its turn, within one cycle. Each is a little more than its default threshold asks for, so that it also
 * fires when the network stretches it. About 350 events a cycle, at most ten a second.
 */
final class Scenarios {

    static final Duration CYCLE = Duration.ofMinutes(4);

    static final List<Scenario> ALL = List.of(
            scenario("take-a-break", 2, Scenarios::takeABreak),
            scenario("rapid-bets", 5, Scenarios::rapidBets),
            scenario("country-hop", 15, Scenarios::countryHop),
            scenario("bet-escalation", 20, Scenarios::betEscalation),
            scenario("probe-then-strike", 35, Scenarios::probeThenStrike),
            scenario("post-surge", 45, Scenarios::viralPost),
            scenario("deposit-cycle", 50, Scenarios::depositCycle),
            scenario("shared-device", 85, Scenarios::sharedDevice),
            scenario("like-burst", 95, Scenarios::likeBurst),
            scenario("game-surge", 110, Scenarios::hotGame),
            scenario("lockstep-likes", 155, Scenarios::lockstepLikes),
            scenario("big-win", 165, Scenarios::bigWin));

    private Scenarios() {}

    /** 60 small bets, one every three seconds: not rapid, but many. */
    private static List<Step> takeABreak(Cast cast) {
        Actor player = cast.actor("marathon", 1);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            steps.add(step(3_000L * i, player, bet(cast.name("marathon") + "-b" + i, "slots-" + i % 9, 20, 180)));
        }
        return steps;
    }

    /** 24 bets in 7 s, over many games so that none of them surges. */
    private static List<Step> rapidBets(Cast cast) {
        Actor player = cast.actor("rapid", 1);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            steps.add(step(300L * i, player, bet(cast.name("rapid") + "-b" + i, "dice-" + i % 8, 50, 200)));
        }
        return steps;
    }

    private static List<Step> countryHop(Cast cast) {
        Actor home = cast.actor("traveller", 1);
        Actor away = new Actor(home.userId(), "203.0.113.77", "device-unknown-" + home.userId(), "PH");
        return List.of(step(0, home, new Login()), step(25_000, away, new Login()));
    }

    /** 0.25, 0.50, 1.00 … 8.00. */
    private static List<Step> betEscalation(Cast cast) {
        Actor player = cast.actor("chaser", 1);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            steps.add(step(6_000L * i, player, bet(cast.name("chaser") + "-b" + i, "roulette-" + i, 25L << i, 200)));
        }
        return steps;
    }

    private static List<Step> probeThenStrike(Cast cast) {
        Actor player = cast.actor("prober", 1);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            steps.add(step(4_000L * i, player, bet(cast.name("prober") + "-b" + i, "baccarat-" + i, 10, 195)));
        }
        steps.add(step(16_000, player, bet(cast.name("prober") + "-b3", "baccarat-3", 1_200, 195)));
        return steps;
    }

    /** A post gets three likes a second for 40 s, then none: a surge, its end, and the milestones of 10 and 100. */
    private static List<Step> viralPost(Cast cast) {
        Actor author = cast.actor("author", 1);
        String post = cast.name("viral");
        List<Step> steps = new ArrayList<>();
        steps.add(step(0, author, new Post(post)));
        for (int i = 0; i < 120; i++) {
            steps.add(step(
                    2_000 + 333L * i, cast.actor("fan", i), new Reaction(Reaction.Kind.LIKE, post, author.userId())));
        }
        return steps;
    }

    /** 500 in, 15 played, 480 out. */
    private static List<Step> depositCycle(Cast cast) {
        Actor player = cast.actor("washer", 1);
        return List.of(
                step(0, player, new Payment(Payment.Kind.DEPOSIT, 50_000, "card")),
                step(9_000, player, bet(cast.name("washer") + "-b0", "blackjack-9", 1_500, 198)),
                step(24_000, player, new Payment(Payment.Kind.WITHDRAWAL, 48_000, "wallet")));
    }

    private static List<Step> sharedDevice(Cast cast) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Actor user = cast.actor("sharer", i);
            Actor onOneDevice = new Actor(user.userId(), user.ip(), cast.name("one-device"), "SE");
            steps.add(step(8_000L * i, onOneDevice, new Login()));
        }
        return steps;
    }

    /** One user likes 36 posts in 7 s. */
    private static List<Step> likeBurst(Cast cast) {
        Actor user = cast.actor("clicker", 1);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 36; i++) {
            steps.add(step(
                    200L * i,
                    user,
                    new Reaction(Reaction.Kind.LIKE, cast.name("wall") + "-" + i, cast.name("painter"))));
        }
        return steps;
    }

    /** Two bets of 4.00 a second on one game for 40 s, each by somebody else, then none. */
    private static List<Step> hotGame(Cast cast) {
        String game = cast.name("crash");
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            steps.add(step(500L * i, cast.actor("punter", i), bet(cast.name("punter") + "-b" + i, game, 400, 150)));
        }
        return steps;
    }

    /** Twelve accounts, one device, one post. */
    private static List<Step> lockstepLikes(Cast cast) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Actor user = cast.actor("puppet", i);
            Actor onOneDevice = new Actor(user.userId(), user.ip(), cast.name("farm"), "IN");
            steps.add(step(
                    2_500L * i,
                    onOneDevice,
                    new Reaction(Reaction.Kind.LIKE, cast.name("boosted"), cast.name("booster"))));
        }
        return steps;
    }

    /** A stake of 5.00 at odds of 30 is won. */
    private static List<Step> bigWin(Cast cast) {
        Actor player = cast.actor("lucky", 1);
        String bet = cast.name("lucky") + "-b0";
        return List.of(
                step(0, player, bet(bet, "jackpot-1", 500, 3_000)),
                step(5_000, player, new Outcome(bet, "jackpot-1", true, 15_000)));
    }

    private static Bet bet(String betId, String gameId, long stakeCents, long oddsHundredths) {
        return new Bet(betId, gameId, stakeCents, oddsHundredths, "single", "web", "Hamburg", "desktop");
    }

    private static Step step(long offsetMs, Actor actor, TrafficEvent.Body body) {
        return new Step(Duration.ofMillis(offsetMs), actor, body);
    }

    private static Scenario scenario(String name, int startSeconds, Function<Cast, List<Step>> script) {
        return new Scenario(name, Duration.ofSeconds(startSeconds), script);
    }
}
