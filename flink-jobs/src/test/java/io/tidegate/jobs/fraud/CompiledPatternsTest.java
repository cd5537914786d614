package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.RuleSet;

/** The patterns in their compiled form. */
class CompiledPatternsTest extends FraudPatternsTest {

    @Override
    PatternHarness harness(String rule) throws Exception {
        return CompiledHarness.of(RuleSet.defaults().rule(rule));
    }
}
