package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.RuleSet;
import java.util.List;

/** Every fraud pattern there is. */
final class FraudPatterns {

    private FraudPatterns() {}

    /** With the rules that are in force, disabled ones included. */
    static List<FraudPattern> of(RuleSet rules) {
        return List.of(
                new RapidBets(rules.rule(RapidBets.ID)),
                new BetEscalation(rules.rule(BetEscalation.ID)),
                new ProbeThenStrike(rules.rule(ProbeThenStrike.ID)),
                new DepositCycle(rules.rule(DepositCycle.ID)),
                new CountryHop(rules.rule(CountryHop.ID)),
                new SharedDevice(rules.rule(SharedDevice.ID)),
                new LikeBurst(rules.rule(LikeBurst.ID)),
                new LockstepLikes(rules.rule(LockstepLikes.ID)));
    }
}
