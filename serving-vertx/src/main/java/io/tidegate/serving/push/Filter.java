package io.tidegate.serving.push;

import io.tidegate.contracts.EnumWords;
import io.tidegate.serving.auth.TenantScope;
import java.util.Set;

/**
 * Which alerts of a channel a listener wants: those whose severity, rule and subject are each among the named ones. An empty
 * set names all. And of whose data, which isn't the listener's to say. Applied to what is already decoded; the bytes that are sent stay shared.
 */
public record Filter(Set<String> severities, Set<String> rules, Set<String> subjects, TenantScope scope) {

    /** What passes everything. */
    public static final Filter NONE = new Filter(Set.of(), Set.of(), Set.of());

    /** Values of one kind. */
    static final int MAX_VALUES = 32;

    private static final int MAX_LENGTH = 160;
    private static final Set<String> SEVERITIES = Set.copyOf(EnumWords.SEVERITIES.all());

    public Filter {
        severities = Set.copyOf(severities);
        rules = Set.copyOf(rules);
        subjects = Set.copyOf(subjects);
    }

    /** As a listener wishes, before it is known what they may read. */
    public Filter(Set<String> severities, Set<String> rules, Set<String> subjects) {
        this(severities, rules, subjects, TenantScope.ALL);
    }

    /** The same of the data within the scope. */
    Filter within(TenantScope only) {
        return new Filter(severities, rules, subjects, only);
    }

    /** Whether the listener has wished for nothing. The scope is no wish. */
    boolean isNone() {
        return severities.isEmpty() && rules.isEmpty() && subjects.isEmpty();
    }

    /** Whether it is within bounds: known severities, at most 32 values of each kind, none of them empty or overlong. */
    boolean isValid() {
        return SEVERITIES.containsAll(severities) && isBounded(rules) && isBounded(subjects);
    }

    private static boolean isBounded(Set<String> values) {
        return values.size() <= MAX_VALUES
                && values.stream().allMatch(value -> !value.isEmpty() && value.length() <= MAX_LENGTH);
    }

    boolean allows(String severity, String rule, String subject) {
        return (severities.isEmpty() || severities.contains(severity))
                && (rules.isEmpty() || rules.contains(rule))
                && (subjects.isEmpty() || subjects.contains(subject));
    }
}
