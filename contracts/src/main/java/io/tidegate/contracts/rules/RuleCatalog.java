package io.tidegate.contracts.rules;

import static io.tidegate.contracts.rules.ThresholdSpec.count;
import static io.tidegate.contracts.rules.ThresholdSpec.number;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which rules there are. Their default values are in {@code default-rules.yaml} beside this class. */
public final class RuleCatalog {

    private static final String DEFAULTS_FILE = "default-rules.yaml";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final String RATIO = "ratio";

    private static final Map<String, RuleSpec> SPECS = specs();

    /** Apart, because reading the file needs the specifications. */
    private static final class Defaults {
        static final Map<String, RuleDefinition> RULES = read();

        private Defaults() {}

        private static Map<String, RuleDefinition> read() {
            try (InputStream in = RuleCatalog.class.getResourceAsStream(DEFAULTS_FILE)) {
                if (in == null) {
                    throw new IllegalStateException(DEFAULTS_FILE + " is missing from the jar");
                }
                return RuleFile.parseDefaults(new InputStreamReader(in, StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(DEFAULTS_FILE + " cannot be read", e);
            }
        }
    }

    private RuleCatalog() {}

    /** By rule id, in the order in which they are shown. */
    public static Map<String, RuleSpec> all() {
        return SPECS;
    }

    public static Optional<RuleSpec> find(String id) {
        return Optional.ofNullable(SPECS.get(id));
    }

    /** The definitions that come with the product, version 1, by rule id. */
    public static Map<String, RuleDefinition> defaults() {
        return Defaults.RULES;
    }

    private static Map<String, RuleSpec> specs() {
        Map<String, RuleSpec> specs = new LinkedHashMap<>();
        for (RuleSpec spec : List.of(
                fraud(
                        "rapid-bets",
                        "Rapid bets",
                        "A user places many bets within the window.",
                        "user",
                        count("bets", "Bets of one user within the window", "bets", 2, 200)),
                fraud(
                        "bet-escalation",
                        "Bet escalation",
                        "Each of a user's bets in a row is a multiple of the one before.",
                        "user",
                        count("bets", "Bets in a row", "bets", 2, 50),
                        number("factor", "How many times the bet before each must be", RATIO, "1", "1000000")),
                fraud(
                        "probe-then-strike",
                        "Probe, then strike",
                        "After small bets comes one that is a multiple of their average.",
                        "user",
                        count("probes", "Small bets before the large one", "bets", 1, 50),
                        number("factor", "How many times their average the last bet must be", RATIO, "1", "1000000")),
                fraud(
                        "deposit-cycle",
                        "Deposit cycle",
                        "Money is deposited and withdrawn again almost without a bet in between.",
                        "user",
                        number(
                                "withdrawnShare",
                                "The withdrawal as a share of the deposit, at least",
                                RATIO,
                                "0.0001",
                                "10"),
                        number(
                                "wageredShare",
                                "The bets in between as a share of the deposit, less than",
                                RATIO,
                                "0.0001",
                                "10")),
                fraud("country-hop", "Country hop", "A user logs in from two countries within the window.", "user"),
                fraud(
                        "shared-device",
                        "Shared device",
                        "Several users log in on one device within the window.",
                        "device",
                        count("users", "Different users", "users", 2, 100)),
                fraud(
                        "like-burst",
                        "Like burst",
                        "A user gives many likes within the window.",
                        "user",
                        count("likes", "Likes of one user within the window", "likes", 2, 200)),
                fraud(
                        "lockstep-likes",
                        "Lockstep likes",
                        "Several users like one post from the same device or address within the window.",
                        "post and device, post and address",
                        count("users", "Different users", "users", 2, 100)),
                surge(
                        "post-surge",
                        "Post surge",
                        "Two counts of a post's likes in a row are far above its usual ones. The window is the length of one"
                                + " count.",
                        "post",
                        "likes"),
                surge(
                        "game-surge",
                        "Game surge",
                        "Two counts of a game's turnover in a row are far above its usual ones. The window is the length of"
                                + " one count.",
                        "game",
                        "currency"),
                engagement(
                        "big-win",
                        "Big win",
                        "A payout is a multiple of its bet. The window is how long a bet waits for its outcome.",
                        number("payoutFactor", "How many times the stake the payout must be", RATIO, "1", "1000000")),
                engagement(
                        "take-a-break",
                        "Take a break",
                        "A player places very many bets within the window and is reminded to pause.",
                        count("bets", "Bets of one user within the window", "bets", 2, 10_000)))) {
            specs.put(spec.id(), spec);
        }
        return Collections.unmodifiableMap(specs);
    }

    private static RuleSpec fraud(
            String id, String title, String description, String subject, ThresholdSpec... thresholds) {
        return new RuleSpec(
                id, RuleKind.FRAUD, title, description, subject, List.of(thresholds), Duration.ofMillis(1), DAY);
    }

    private static RuleSpec surge(String id, String title, String description, String subject, String unit) {
        return new RuleSpec(
                id,
                RuleKind.SURGE,
                title,
                description,
                subject,
                List.of(
                        number("minimum", "Least that a count must be", unit, "0.0001", "1000000000000"),
                        number("factor", "How many times the usual count begins a surge", RATIO, "1", "1000000"),
                        number("endFactor", "Below how many times the usual count it ends", RATIO, "1", "1000000")),
                SECOND,
                HOUR);
    }

    private static RuleSpec engagement(String id, String title, String description, ThresholdSpec... thresholds) {
        return new RuleSpec(
                id, RuleKind.ENGAGEMENT, title, description, "user", List.of(thresholds), Duration.ofMillis(1), DAY);
    }
}
