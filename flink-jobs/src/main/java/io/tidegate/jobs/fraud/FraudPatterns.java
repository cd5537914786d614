package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.rules.RuleSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Every fraud pattern there is. */
final class FraudPatterns {

    private static final Map<String, Function<Rule, FraudPattern>> BY_RULE = byRule();

    private FraudPatterns() {}

    private static Map<String, Function<Rule, FraudPattern>> byRule() {
        Map<String, Function<Rule, FraudPattern>> patterns = new LinkedHashMap<>();
        patterns.put(RapidBets.ID, RapidBets::new);
        patterns.put(BetEscalation.ID, BetEscalation::new);
        patterns.put(ProbeThenStrike.ID, ProbeThenStrike::new);
        patterns.put(DepositCycle.ID, DepositCycle::new);
        patterns.put(CountryHop.ID, CountryHop::new);
        patterns.put(SharedDevice.ID, SharedDevice::new);
        patterns.put(LikeBurst.ID, LikeBurst::new);
        patterns.put(LockstepLikes.ID, LockstepLikes::new);
        return patterns;
    }

    /** With the rules that are in force, disabled ones included. */
    static List<FraudPattern> of(RuleSet rules) {
        return BY_RULE.keySet().stream().map(id -> of(rules.rule(id))).toList();
    }

    /** @throws IllegalArgumentException naming the field that the pattern can't work with, or that no pattern is for the rule */
    static FraudPattern of(Rule rule) {
        return of(rule.id(), rule);
    }

    /** The pattern {@code id} with a rule that may be called otherwise. */
    static FraudPattern of(String id, Rule rule) {
        Function<Rule, FraudPattern> pattern = BY_RULE.get(id);
        if (pattern == null) {
            throw new IllegalArgumentException("rules." + id + ": no fraud pattern is called that");
        }
        return pattern.apply(rule);
    }
}
