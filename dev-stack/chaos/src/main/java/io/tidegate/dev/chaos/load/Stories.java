package io.tidegate.dev.chaos.load;

import io.tidegate.dev.demo.traffic.Scenario;
import io.tidegate.dev.demo.traffic.Scenario.Cast;
import io.tidegate.dev.demo.traffic.Scenario.Step;
import io.tidegate.dev.demo.traffic.TrafficEvent;
import io.tidegate.dev.demo.traffic.TrafficEvent.Actor;
import io.tidegate.dev.demo.traffic.TrafficEvent.Bet;
import io.tidegate.dev.demo.traffic.TrafficEvent.Login;
import io.tidegate.dev.demo.traffic.TrafficEvent.Payment;
import io.tidegate.dev.demo.traffic.TrafficEvent.Post;
import io.tidegate.dev.demo.traffic.TrafficEvent.Reaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What trips the rules during a campaign: about 36 alerts every ten seconds, from about 280 events, so that a pause in the alerts is
 * seen within a fraction of a second. Short, and about new users each time, as rules are silent about a subject after an alert.
 */
final class Stories {

    static final Duration CYCLE = Duration.ofSeconds(10);

    static final List<Scenario> ALL = all();

    private Stories() {}

    private static List<Scenario> all() {
        List<Scenario> stories = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int n = i;
            stories.add(story("deposit-cycle", 1_000L * i, cast -> depositCycle(cast, "washer" + n)));
            stories.add(story("country-hop", 1_000L * i + 500, cast -> countryHop(cast, "traveller" + n)));
        }
        for (int i = 0; i < 4; i++) {
            int n = i;
            stories.add(story("probe-then-strike", 2_500L * i + 250, cast -> probeThenStrike(cast, "prober" + n)));
            stories.add(story("bet-escalation", 2_500L * i + 1_250, cast -> betEscalation(cast, "chaser" + n)));
        }
        stories.add(story("shared-device", 1_750, cast -> sharedDevice(cast, "sharer")));
        stories.add(story("shared-device", 6_750, cast -> sharedDevice(cast, "roommate")));
        stories.add(story("rapid-bets", 3_750, Stories::rapidBets));
        stories.add(story("like-burst", 8_750, Stories::likeBurst));
        stories.add(story("lockstep-likes", 4_250, Stories::lockstepLikes));
        stories.add(story("post-surge", 0, Stories::viralPost));
        stories.add(story("game-surge", 5_000, Stories::hotGame));
        return List.copyOf(stories);
    }

    private static List<Step> depositCycle(Cast cast, String role) {
        Actor player = cast.actor(role, 1);
        return List.of(
                step(0, player, new Payment(Payment.Kind.DEPOSIT, 50_000, "card")),
                step(300, player, new Payment(Payment.Kind.WITHDRAWAL, 48_000, "wallet")));
    }

    private static List<Step> countryHop(Cast cast, String role) {
        Actor home = cast.actor(role, 1);
        Actor away = new Actor(home.userId(), "203.0.113.77", "device-away-" + home.userId(), "PH");
        return List.of(step(0, home, new Login()), step(300, away, new Login()));
    }

    private static List<Step> probeThenStrike(Cast cast, String role) {
        Actor player = cast.actor(role, 1);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            steps.add(step(
                    200L * i, player, bet(cast.name(role) + "-b" + i, "baccarat-" + (100 + i), i < 3 ? 10 : 1_200)));
        }
        return steps;
    }

    private static List<Step> betEscalation(Cast cast, String role) {
        Actor player = cast.actor(role, 1);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            steps.add(step(200L * i, player, bet(cast.name(role) + "-b" + i, "roulette-" + (100 + i), 25L << i)));
        }
        return steps;
    }

    private static List<Step> sharedDevice(Cast cast, String role) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Actor user = cast.actor(role, i);
            steps.add(step(
                    300L * i, new Actor(user.userId(), user.ip(), cast.name(role + "-device"), "SE"), new Login()));
        }
        return steps;
    }

    private static List<Step> rapidBets(Cast cast) {
        Actor player = cast.actor("rapid", 1);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            steps.add(step(100L * i, player, bet(cast.name("rapid") + "-b" + i, "dice-" + (100 + i % 8), 50)));
        }
        return steps;
    }

    private static List<Step> likeBurst(Cast cast) {
        Actor user = cast.actor("clicker", 1);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            steps.add(step(100L * i, user, like(cast.name("wall") + "-" + i, cast.name("painter"))));
        }
        return steps;
    }

    private static List<Step> lockstepLikes(Cast cast) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Actor user = cast.actor("puppet", i);
            steps.add(step(
                    200L * i,
                    new Actor(user.userId(), user.ip(), cast.name("farm"), "IN"),
                    like(cast.name("boosted"), cast.name("booster"))));
        }
        return steps;
    }

    /** Three likes a second for 25 s: two full windows of ten seconds wherever they begin. */
    private static List<Step> viralPost(Cast cast) {
        Actor author = cast.actor("author", 1);
        String post = cast.name("viral");
        List<Step> steps = new ArrayList<>();
        steps.add(step(0, author, new Post(post)));
        for (int i = 0; i < 80; i++) {
            steps.add(step(100 + 320L * i, cast.actor("fan", i), like(post, author.userId())));
        }
        return steps;
    }

    private static List<Step> hotGame(Cast cast) {
        String game = cast.name("crash");
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            steps.add(step(500L * i, cast.actor("punter", i), bet(cast.name("punter") + "-b" + i, game, 400)));
        }
        return steps;
    }

    private static Reaction like(String post, String author) {
        return new Reaction(Reaction.Kind.LIKE, post, author);
    }

    private static Bet bet(String betId, String gameId, long stakeCents) {
        return new Bet(betId, gameId, stakeCents, 200, "single", "web", "Hamburg", "desktop");
    }

    private static Step step(long offsetMs, Actor actor, TrafficEvent.Body body) {
        return new Step(Duration.ofMillis(offsetMs), actor, body);
    }

    private static Scenario story(String name, long startMs, Function<Cast, List<Step>> script) {
        return new Scenario(name, Duration.ofMillis(startMs), script);
    }
}
