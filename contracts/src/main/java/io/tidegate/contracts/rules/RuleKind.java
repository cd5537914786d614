package io.tidegate.contracts.rules;

import java.util.Locale;

/** Which job runs a rule. */
public enum RuleKind {
    FRAUD,
    SURGE,
    ENGAGEMENT;

    /** As in JSON: lower case. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
