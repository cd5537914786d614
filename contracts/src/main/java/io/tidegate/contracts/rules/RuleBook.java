package io.tidegate.contracts.rules;

import io.tidegate.contracts.v1.Rule;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The rules in force as the records of topic {@code rules} make them, one record after the other. Gateways and jobs both keep one, so
 * that they agree.
 *
 * <ul>
 *   <li>Of two versions the higher one is in force, whatever the order in which they come. Where a record has the version that the
 *       rules file or the product gives, the record is in force: it is what alerts with that version were raised by.
 *   <li>A tombstone returns a rule to what file and product say, as the next version.
 *   <li>A record that can't be decoded or isn't allowed changes nothing.
 * </ul>
 *
 * Not thread-safe.
 */
public final class RuleBook {

    /** What became of a record. */
    public enum Outcome {
        IN_FORCE,
        /** Known already, or older than what is. */
        PASSED_OVER,
        REFUSED
    }

    /**
     * @param rule what is in force now, where the outcome is {@link Outcome#IN_FORCE}
     * @param problem why it was refused; fit to be logged
     */
    public record Step(Outcome outcome, Optional<RuleDefinition> rule, String problem) {

        private static Step refused(String problem) {
            // What stands on the topic may be a stranger's text.
            return new Step(Outcome.REFUSED, Optional.empty(), problem.replaceAll("\\p{Cntrl}", "?"));
        }
    }

    private final Map<String, RuleDefinition> base;
    private final Map<String, RuleDefinition> current;
    private final Map<String, Rule> records = new HashMap<>();

    /** @param base every rule as it is in force before the first record: the product's, overridden by the rules file */
    public RuleBook(Map<String, RuleDefinition> base) {
        this.base = base;
        this.current = new LinkedHashMap<>(base);
    }

    /** A view by id, in the order of the catalogue. */
    public Map<String, RuleDefinition> rules() {
        return Collections.unmodifiableMap(current);
    }

    /** @return the definition in force; null where there is no such rule */
    public RuleDefinition rule(String id) {
        return current.get(id);
    }

    /** The record that put the definition in force; empty while it is file's or product's. */
    public Optional<Rule> record(String id) {
        return Optional.ofNullable(records.get(id));
    }

    /** A rule that was in force before. */
    public void known(RuleDefinition rule) {
        RuleDefinition before = current.get(rule.id());
        if (before != null && rule.version() >= before.version()) {
            current.put(rule.id(), rule);
        }
    }

    /**
     * @param ruleId the record's key
     * @param value a {@code tidegate.v1.Rule} if all is well; empty for a tombstone
     */
    public Step apply(String ruleId, byte[] value) {
        try {
            return value.length == 0 ? returned(ruleId) : changed(ruleId, RuleRecords.parse(value));
        } catch (InvalidRuleException e) {
            return Step.refused(e.getMessage());
        }
    }

    private Step returned(String ruleId) {
        RuleDefinition before = current.get(ruleId);
        if (before == null) {
            throw new InvalidRuleException("ruleId", "no such rule");
        }
        RuleDefinition to = base.get(ruleId);
        if (before.meansTheSameAs(to)) {
            // Read again after a restart, it must not count once more.
            return new Step(Outcome.PASSED_OVER, Optional.empty(), "");
        }
        return inForce(to.withVersion(before.version() + 1), null);
    }

    private Step changed(String ruleId, Rule record) {
        RuleDefinition rule = RuleRecords.definition(record);
        if (!rule.id().equals(ruleId)) {
            throw new InvalidRuleException("ruleId", "isn't the record's key");
        }
        RuleDefinition before = current.get(ruleId);
        boolean inPlaceOfTheFiles = rule.version() == before.version()
                && before.meansTheSameAs(base.get(ruleId))
                && !records.containsKey(ruleId)
                && !rule.meansTheSameAs(before);
        if (rule.version() > before.version() || inPlaceOfTheFiles) {
            return inForce(rule, record);
        }
        return new Step(Outcome.PASSED_OVER, Optional.empty(), "");
    }

    private Step inForce(RuleDefinition rule, Rule record) {
        current.put(rule.id(), rule);
        if (record == null) {
            records.remove(rule.id());
        } else {
            records.put(rule.id(), record);
        }
        return new Step(Outcome.IN_FORCE, Optional.of(rule), "");
    }
}
