package io.tidegate.replay.mapping;

import io.tidegate.replay.rows.Row;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * When a row has an event: tests joined by {@code and}.
 *
 * <pre>{@code
 * condition = test { "and" test }
 * test      = column "is" ( "present" | "missing" )
 *           | column ( "=" | "!=" ) 'text'
 *           | column ( "=" | "!=" | "<=" | "<" | ">=" | ">" ) number
 * }</pre>
 *
 * <p>Numbers compare as numbers (1.0 = 1). A comparison with a missing column is false.
 */
public final class Condition {

    /** Holds for every row. */
    public static final Condition ALWAYS = new Condition(List.of(), Set.of());

    private final List<Test> tests;
    private final Set<String> columns;

    private Condition(List<Test> tests, Set<String> columns) {
        this.tests = List.copyOf(tests);
        this.columns = columns;
    }

    private interface Test {
        boolean holds(Row row);
    }

    private enum Comparison {
        NOT_EQUAL("!="),
        LESS_OR_EQUAL("<="),
        GREATER_OR_EQUAL(">="),
        EQUAL("="),
        LESS("<"),
        GREATER(">");

        private final String symbol;

        Comparison(String symbol) {
            this.symbol = symbol;
        }

        boolean holds(int order) {
            return switch (this) {
                case NOT_EQUAL -> order != 0;
                case LESS_OR_EQUAL -> order <= 0;
                case GREATER_OR_EQUAL -> order >= 0;
                case EQUAL -> order == 0;
                case LESS -> order < 0;
                case GREATER -> order > 0;
            };
        }

        /** Longer symbols come first in the order of the constants, so {@code <=} isn't read as {@code <}. */
        static Comparison read(Tokens tokens) {
            for (Comparison comparison : values()) {
                if (tokens.accept(comparison.symbol)) {
                    return comparison;
                }
            }
            throw tokens.error("expected 'is present', 'is missing' or a comparison");
        }
    }

    static Condition parse(String text) {
        Tokens tokens = new Tokens(text);
        List<Test> tests = new ArrayList<>();
        Set<String> columns = new LinkedHashSet<>();
        do {
            String column = tokens.acceptColumn();
            if (column == null) {
                throw tokens.error("expected a column");
            }
            columns.add(column);
            tests.add(test(column, tokens));
        } while (tokens.acceptWord("and"));
        if (!tokens.atEnd()) {
            throw tokens.error("expected 'and' or the end");
        }
        return new Condition(tests, columns);
    }

    private static Test test(String column, Tokens tokens) {
        if (tokens.acceptWord("is")) {
            if (tokens.acceptWord("present")) {
                return row -> row.get(column) != null;
            }
            if (tokens.acceptWord("missing")) {
                return row -> row.get(column) == null;
            }
            throw tokens.error("expected 'present' or 'missing'");
        }
        Comparison comparison = Comparison.read(tokens);
        String text = tokens.acceptText();
        if (text != null) {
            if (comparison != Comparison.EQUAL && comparison != Comparison.NOT_EQUAL) {
                throw tokens.error("text compares by = and != only;");
            }
            return row -> {
                String value = row.get(column);
                return value != null && value.equals(text) == (comparison == Comparison.EQUAL);
            };
        }
        BigDecimal number = number(tokens);
        return row -> {
            String value = row.get(column);
            return value != null && comparison.holds(decimal(column, value).compareTo(number));
        };
    }

    private static BigDecimal number(Tokens tokens) {
        String sign = tokens.accept("-") ? "-" : "";
        String digits = tokens.acceptNumber();
        if (digits == null) {
            throw tokens.error("expected a number or 'text' in single quotes");
        }
        try {
            return Decimals.parse(sign + digits);
        } catch (ValueException e) {
            throw tokens.error(e.getMessage());
        }
    }

    private static BigDecimal decimal(String column, String value) {
        try {
            return Decimals.parse(value);
        } catch (ValueException e) {
            throw new ValueException("column '" + column + "': " + e.getMessage(), e);
        }
    }

    /** @throws ValueException where a column that is compared with a number holds none */
    public boolean holds(Row row) {
        for (Test test : tests) {
            if (!test.holds(row)) {
                return false;
            }
        }
        return true;
    }

    public Set<String> columns() {
        return columns;
    }
}
