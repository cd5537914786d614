package io.tidegate.serving.rules;

import io.tidegate.contracts.rules.RuleBook;
import io.tidegate.contracts.rules.RuleCatalog;
import io.tidegate.contracts.rules.RuleDefinition;

/** A record of topic {@code rules}: whatever stands there, what is in force is a definition that is allowed. */
public final class RuleRecordFuzz {

    private RuleRecordFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        RuleBook book = new RuleBook(RuleCatalog.defaults());
        book.apply("rapid-bets", input);
        for (RuleDefinition rule : book.rules().values()) {
            RuleCatalog.all().get(rule.id()).checked(rule);
        }
    }
}
