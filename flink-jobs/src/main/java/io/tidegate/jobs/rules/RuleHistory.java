package io.tidegate.jobs.rules;

import io.tidegate.contracts.rules.InvalidRuleException;
import io.tidegate.contracts.rules.RuleDefinition;
import io.tidegate.contracts.rules.RuleRecords;
import java.util.Optional;

/**
 * The rules as the records of topic {@code rules} make them, one record after the other.
 *
 * <ul>
 *   <li>Of two versions the higher one is in force, whatever the order in which they come. Where a record has the version that the
 *       rules file or the product gives, the record is in force: it is what alerts with that version were raised by.
 *   <li>A tombstone returns a rule to what file and product say, as the next version.
 *   <li>A record that can't be decoded or isn't allowed changes nothing.
 * </ul>
 */
final class RuleHistory {

    /** What became of a record. */
    enum Outcome {
        IN_FORCE,
        /** Known already, or older than what is. */
        PASSED_OVER,
        REFUSED
    }

    /**
     * @param rule what is in force now, where the outcome is {@link Outcome#IN_FORCE}
     * @param problem why it was refused
     */
    record Step(Outcome outcome, Optional<Rule> rule, String problem) {

        static Step refused(String problem) {
            return new Step(Outcome.REFUSED, Optional.empty(), problem);
        }
    }

    private final RuleSet base;
    private RuleSet current;

    /** @param base what is in force before the first record */
    RuleHistory(RuleSet base) {
        this.base = base;
        this.current = base;
    }

    RuleSet current() {
        return current;
    }

    /** A rule that was in force before: from the start set of the job, or from its state. */
    void known(Rule rule) {
        if (rule.version() >= current.rule(rule.id()).version()) {
            current = current.with(rule);
        }
    }

    Step apply(RuleRecord record) {
        Rule rule;
        try {
            rule = record.isTombstone() ? returned(record.ruleId()) : decoded(record);
        } catch (IllegalArgumentException e) {
            return Step.refused(e.getMessage());
        }
        Rule before = current.rule(rule.id());
        boolean replacesBase =
                rule.version() == before.version() && before.equals(base.rule(rule.id())) && !rule.equals(before);
        if (rule.version() <= before.version() && !replacesBase) {
            return new Step(Outcome.PASSED_OVER, Optional.empty(), "");
        }
        current = current.with(rule);
        return new Step(Outcome.IN_FORCE, Optional.of(rule), "");
    }

    private Rule returned(String ruleId) {
        Rule before = current.rule(ruleId);
        Rule to = base.rule(ruleId);
        // Read again after a restart, it must not count once more.
        return before.withVersion(to.version()).equals(to) ? before : to.withVersion(before.version() + 1);
    }

    private static Rule decoded(RuleRecord record) {
        RuleDefinition definition = RuleRecords.definition(RuleRecords.parse(record.value()));
        if (!definition.id().equals(record.ruleId())) {
            throw new InvalidRuleException("ruleId", "isn't the record's key");
        }
        return Rule.of(definition);
    }
}
