package io.tidegate.jobs.rules;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Every rule of the platform, each with the version that is in force. */
public final class RuleSet {

    private static final String DEFAULTS = "default-rules.yaml";

    private final Map<String, Rule> rules;

    private RuleSet(Map<String, Rule> rules) {
        this.rules = rules;
    }

    /** The built-in rules: {@code default-rules.yaml} beside this class. */
    public static RuleSet defaults() {
        try (InputStream in = RuleSet.class.getResourceAsStream(DEFAULTS)) {
            if (in == null) {
                throw new IllegalStateException(DEFAULTS + " is missing from the jar");
            }
            return new RuleSet(RuleFile.parseDefaults(new InputStreamReader(in, StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(DEFAULTS + " cannot be read", e);
        }
    }

    /**
     * The built-in rules, overridden rule by rule and field by field by {@code file}.
     *
     * @throws IllegalArgumentException where the file can't be read, is no YAML (names the line), or has a rule, a field or a
     *     value that isn't allowed (names the field by its path, for example {@code rules.rapid-bets.window}, and the line)
     */
    public static RuleSet load(Optional<Path> file) {
        RuleSet defaults = defaults();
        if (file.isEmpty()) {
            return defaults;
        }
        try (Reader in = Files.newBufferedReader(file.get(), StandardCharsets.UTF_8)) {
            return new RuleSet(RuleFile.parseOverrides(in, defaults.rules));
        } catch (IOException e) {
            throw new IllegalArgumentException("rules file " + file.get() + " cannot be read: " + e, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("rules file " + file.get() + ": " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException where no rule has that id */
    public Rule rule(String id) {
        Rule rule = rules.get(id);
        if (rule == null) {
            throw new IllegalArgumentException("no rule is called " + id);
        }
        return rule;
    }

    /** In the order of the default file. */
    public Collection<Rule> all() {
        return rules.values();
    }
}
