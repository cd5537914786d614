package io.tidegate.jobs.rules;

import static io.tidegate.jobs.rules.ThresholdSpec.count;
import static io.tidegate.jobs.rules.ThresholdSpec.number;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which rules there are and which thresholds each has. */
final class RuleSchema {

    /** By rule id, in the order of the default file. */
    static final Map<String, List<ThresholdSpec>> THRESHOLDS = thresholds();

    private RuleSchema() {}

    private static Map<String, List<ThresholdSpec>> thresholds() {
        Map<String, List<ThresholdSpec>> rules = new LinkedHashMap<>();
        rules.put("rapid-bets", List.of(count("bets", 2, 200)));
        rules.put("bet-escalation", List.of(count("bets", 2, 50), number("factor", "1", "1000000")));
        rules.put("probe-then-strike", List.of(count("probes", 1, 50), number("factor", "1", "1000000")));
        rules.put(
                "deposit-cycle",
                List.of(number("withdrawnShare", "0.0001", "10"), number("wageredShare", "0.0001", "10")));
        rules.put("country-hop", List.of());
        rules.put("shared-device", List.of(count("users", 2, 100)));
        rules.put("like-burst", List.of(count("likes", 2, 200)));
        rules.put("lockstep-likes", List.of(count("users", 2, 100)));
        List<ThresholdSpec> surge = List.of(
                number("minimum", "0.0001", "1000000000000"),
                number("factor", "1", "1000000"),
                number("endFactor", "1", "1000000"));
        rules.put("post-surge", surge);
        rules.put("game-surge", surge);
        rules.put("big-win", List.of(number("payoutFactor", "1", "1000000")));
        rules.put("take-a-break", List.of(count("bets", 2, 10_000)));
        return rules;
    }
}
