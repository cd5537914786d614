package io.tidegate.contracts.rules;

/** A rule's definition that isn't allowed. */
public final class InvalidRuleException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String field;
    private final String problem;

    /**
     * @param field path within the rule, for example {@code thresholds.bets}
     * @param problem what is expected and what was given, without the field's name
     */
    public InvalidRuleException(String field, String problem) {
        super(field + ": " + problem);
        this.field = field;
        this.problem = problem;
    }

    public String field() {
        return field;
    }

    public String problem() {
        return problem;
    }
}
