package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.RuleSet;

/** The patterns as Flink CEP finds them. */
class CepPatternsTest extends FraudPatternsTest {

    @Override
    PatternHarness harness(String rule) throws Exception {
        return CepHarness.of(RuleSet.defaults().rule(rule));
    }
}
