package io.tidegate.jobs.rules;

import java.io.Serializable;
import java.util.Objects;

/**
 * A record of topic {@code rules} as it came.
 *
 * @param ruleId its key; empty where it has none
 * @param value a {@code tidegate.v1.Rule} if all is well; empty for a tombstone
 */
public record RuleRecord(String ruleId, byte[] value) implements Serializable {

    public RuleRecord {
        Objects.requireNonNull(ruleId, "ruleId");
        Objects.requireNonNull(value, "value");
    }
}
