package io.tidegate.contracts.rules;

import io.tidegate.contracts.v1.Severity;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything about a rule that can be changed while it runs. A version stands for one definition, for ever: alerts name it.
 *
 * @param id as in alerts, for example {@code rapid-bets}
 * @param version grows by one with each change
 * @param enabled a disabled rule raises nothing
 * @param window within which the rule's situation happens, and for which it then stays silent about the subject
 * @param thresholds the rule's own numbers by name, in the order of the catalogue
 */
public record RuleDefinition(
        String id,
        int version,
        boolean enabled,
        Severity severity,
        Duration window,
        Map<String, BigDecimal> thresholds) {

    public RuleDefinition {
        thresholds = Collections.unmodifiableMap(new LinkedHashMap<>(thresholds));
    }

    public RuleDefinition withVersion(int value) {
        return new RuleDefinition(id, value, enabled, severity, window, thresholds);
    }

    /** Whether it means the same as {@code other}, whatever the versions and however the numbers are written. */
    public boolean meansTheSameAs(RuleDefinition other) {
        return id.equals(other.id)
                && enabled == other.enabled
                && severity == other.severity
                && window.equals(other.window)
                && thresholds.keySet().equals(other.thresholds.keySet())
                && thresholds.entrySet().stream()
                        .allMatch(entry -> entry.getValue().compareTo(other.thresholds.get(entry.getKey())) == 0);
    }
}
