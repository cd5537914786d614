package io.tidegate.serving.rules;

import io.tidegate.contracts.rules.InvalidRuleException;
import io.tidegate.contracts.rules.RuleBook;
import io.tidegate.contracts.rules.RuleCatalog;
import io.tidegate.contracts.rules.RuleDefinition;
import io.tidegate.contracts.rules.RuleRecords;
import io.tidegate.contracts.rules.RuleSpec;

/** The body of a PUT, as every rule's: refused with a field, or a definition that the jobs take. */
public final class RuleJsonFuzz {

    private RuleJsonFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        for (RuleSpec spec : RuleCatalog.all().values()) {
            try {
                RuleDefinition rule =
                        RuleJson.read(input, spec, spec.defaults()).withVersion(2);
                RuleBook book = new RuleBook(RuleCatalog.defaults());
                RuleBook.Step step =
                        book.apply(spec.id(), RuleRecords.encode(rule).build().toByteArray());
                if (step.outcome() != RuleBook.Outcome.IN_FORCE
                        || !book.rule(spec.id()).meansTheSameAs(rule)) {
                    throw new IllegalStateException("taken here and refused by the jobs: " + step.problem());
                }
            } catch (RuleJson.NoJsonException e) {
                // No JSON object: nothing to name a field of.
            } catch (InvalidRuleException e) {
                if (e.field().length() > 200) {
                    throw new IllegalStateException("a field of " + e.field().length() + " characters", e);
                }
            }
        }
    }
}
