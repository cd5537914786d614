package io.tidegate.jobs.rules;

import io.tidegate.contracts.rules.RuleBook;
import io.tidegate.contracts.rules.RuleCatalog;
import io.tidegate.contracts.rules.RuleDefinition;
import io.tidegate.contracts.rules.RuleFile;
import io.tidegate.jobs.JobConfig;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Every rule of the platform, each with the version that is in force. Immutable. */
public final class RuleSet implements Serializable {

    private static final long serialVersionUID = 1L;

    private final LinkedHashMap<String, Rule> rules;

    private RuleSet(LinkedHashMap<String, Rule> rules) {
        this.rules = rules;
    }

    /** The built-in rules, as {@code contracts} has them. */
    public static RuleSet defaults() {
        return of(RuleCatalog.defaults());
    }

    /** The built-in rules, overridden by {@code file}; see {@link RuleFile#load}. */
    public static RuleSet load(Optional<Path> file) {
        return file.map(RuleFile::load).map(RuleSet::of).orElseGet(RuleSet::defaults);
    }

    /**
     * What a job begins with: built-in, overridden by the file, overridden by the changes that were on topic {@code rules} when
     * the job was submitted. Later ones come by {@link RuleUpdates}.
     */
    public static RuleSet start(JobConfig config) {
        RuleBook book = new RuleBook(load(config.rulesFile()).definitions());
        config.storedRules().forEach(record -> book.apply(record.ruleId(), record.value()));
        return of(book.rules());
    }

    private static RuleSet of(Map<String, RuleDefinition> definitions) {
        LinkedHashMap<String, Rule> rules = new LinkedHashMap<>();
        definitions.forEach((id, definition) -> rules.put(id, Rule.of(definition)));
        return new RuleSet(rules);
    }

    Map<String, RuleDefinition> definitions() {
        Map<String, RuleDefinition> definitions = new LinkedHashMap<>();
        rules.forEach((id, rule) -> definitions.put(id, rule.definition()));
        return definitions;
    }

    /** The same with {@code rule} in the place of its other versions. */
    public RuleSet with(Rule rule) {
        LinkedHashMap<String, Rule> changed = new LinkedHashMap<>(rules);
        changed.put(rule.id(), rule);
        return new RuleSet(changed);
    }

    /** @throws IllegalArgumentException where no rule has that id */
    public Rule rule(String id) {
        Rule rule = rules.get(id);
        if (rule == null) {
            throw new IllegalArgumentException("no rule is called " + id);
        }
        return rule;
    }

    /** In the order of the catalogue. */
    public Collection<Rule> all() {
        return rules.values();
    }
}
