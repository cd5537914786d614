package io.tidegate.jobs.rules;

import io.tidegate.contracts.rules.RuleDefinition;
import io.tidegate.contracts.v1.Severity;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInfo;

/**
 * Thresholds and window of one detection rule.
 *
 * @param id as in alerts, for example {@code rapid-bets}
 * @param version grows by one with each change; alerts carry it
 * @param enabled a disabled rule raises nothing
 * @param window within which the rule's situation happens, and for which it then stays silent about the subject
 * @param thresholds the rule's own numbers by name
 */
@TypeInfo(RuleTypeInfo.Factory.class)
public record Rule(
        String id, int version, boolean enabled, Severity severity, Duration window, Map<String, BigDecimal> thresholds)
        implements Serializable {

    static Rule of(RuleDefinition definition) {
        return new Rule(
                definition.id(),
                definition.version(),
                definition.enabled(),
                definition.severity(),
                definition.window(),
                definition.thresholds());
    }

    RuleDefinition definition() {
        return new RuleDefinition(id, version, enabled, severity, window, thresholds);
    }

    Rule withVersion(int value) {
        return new Rule(id, value, enabled, severity, window, thresholds);
    }

    public Rule {
        thresholds = Map.copyOf(thresholds);
    }

    /** @throws IllegalArgumentException naming the threshold that the rule lacks */
    public BigDecimal threshold(String name) {
        BigDecimal value = thresholds.get(name);
        if (value == null) {
            throw new IllegalArgumentException("rules." + id + ".thresholds." + name + ": missing");
        }
        return value;
    }

    /** @throws IllegalArgumentException where the threshold is no whole number of at least 1 */
    public int count(String name) {
        try {
            int value = threshold(name).intValueExact();
            if (value >= 1) {
                return value;
            }
        } catch (ArithmeticException e) {
            // Falls to the message below: not a whole number.
        }
        throw new IllegalArgumentException("rules." + id + ".thresholds." + name
                + ": a whole number of at least 1 expected, got " + threshold(name));
    }
}
