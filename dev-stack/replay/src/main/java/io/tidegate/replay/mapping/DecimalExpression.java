package io.tidegate.replay.mapping;

import io.tidegate.replay.rows.Row;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BinaryOperator;

/**
 * Exact decimal arithmetic over columns: numbers, columns ({@code Bet} or, with other characters, {@code [Bet in EUR]}),
 * {@code + - *}, parentheses and {@code round(x, n)} to n decimals, half away from zero. There is no division: it isn't exact.
 *
 * <pre>{@code
 * sum     = product { ("+" | "-") product }
 * product = factor { "*" factor }
 * factor  = "-" factor | number | "round" "(" sum "," digits ")" | "(" sum ")" | column
 * }</pre>
 *
 * <p>The result may have at most four decimals, like every number of the contract.
 */
public final class DecimalExpression implements FieldValue {

    private static final int MAX_DECIMALS = 4;
    private static final int MAX_DEPTH = 50;

    private final String text;
    private final Node root;
    private final Set<String> columns;

    private DecimalExpression(String text, Node root, Set<String> columns) {
        this.text = text;
        this.root = root;
        this.columns = columns;
    }

    /** A part of the expression; {@code null} where a column is missing. */
    private interface Node {
        BigDecimal evaluate(Row row);
    }

    static DecimalExpression parse(String text) {
        Parser parser = new Parser(text);
        Node root = parser.sum(0);
        if (!parser.tokens.atEnd()) {
            throw parser.tokens.error("expected the end or an operator");
        }
        return new DecimalExpression(text.strip(), root, parser.columns);
    }

    @Override
    public String render(Row row) {
        BigDecimal value = root.evaluate(row);
        if (value == null) {
            return null;
        }
        BigDecimal shortest = value.stripTrailingZeros();
        if (shortest.scale() > MAX_DECIMALS) {
            throw new ValueException("'" + text + "' has " + shortest.scale() + " decimals (" + value.toPlainString()
                    + "); at most " + MAX_DECIMALS + " are allowed: round(…, " + MAX_DECIMALS + ")");
        }
        return shortest.toPlainString();
    }

    @Override
    public Set<String> columns() {
        return Set.copyOf(columns);
    }

    private static final class Parser {
        private final Tokens tokens;
        private final Set<String> columns = new LinkedHashSet<>();

        Parser(String text) {
            this.tokens = new Tokens(text);
        }

        Node sum(int depth) {
            if (depth > MAX_DEPTH) {
                throw tokens.error("nested too deeply");
            }
            Node left = product(depth);
            while (true) {
                Node augend = left;
                if (tokens.accept("+")) {
                    Node right = product(depth);
                    left = row -> both(augend.evaluate(row), right.evaluate(row), BigDecimal::add);
                } else if (tokens.accept("-")) {
                    Node right = product(depth);
                    left = row -> both(augend.evaluate(row), right.evaluate(row), BigDecimal::subtract);
                } else {
                    return left;
                }
            }
        }

        private Node product(int depth) {
            Node left = factor(depth + 1);
            while (tokens.accept("*")) {
                Node multiplicand = left;
                Node right = factor(depth + 1);
                left = row -> both(multiplicand.evaluate(row), right.evaluate(row), BigDecimal::multiply);
            }
            return left;
        }

        private Node factor(int depth) {
            if (depth > MAX_DEPTH) {
                throw tokens.error("nested too deeply");
            }
            if (tokens.accept("-")) {
                Node operand = factor(depth + 1);
                return row -> {
                    BigDecimal value = operand.evaluate(row);
                    return value == null ? null : value.negate();
                };
            }
            if (tokens.accept("(")) {
                Node inner = sum(depth + 1);
                tokens.expect(")");
                return inner;
            }
            String number = tokens.acceptNumber();
            if (number != null) {
                BigDecimal constant = constant(number);
                return row -> constant;
            }
            if (tokens.acceptWord("round")) {
                return round(depth);
            }
            String column = tokens.acceptColumn();
            if (column == null) {
                throw tokens.error("expected a number, a column, round(…) or a parenthesis");
            }
            columns.add(column);
            return row -> {
                String value = row.get(column);
                if (value == null) {
                    return null;
                }
                try {
                    return Decimals.parse(value);
                } catch (ValueException e) {
                    throw new ValueException("column '" + column + "': " + e.getMessage(), e);
                }
            };
        }

        private Node round(int depth) {
            tokens.expect("(");
            Node operand = sum(depth + 1);
            tokens.expect(",");
            String digits = tokens.acceptNumber();
            if (digits == null || !digits.matches("[0-4]")) {
                throw tokens.error("expected 0 to 4, the number of decimals,");
            }
            int decimals = Integer.parseInt(digits);
            tokens.expect(")");
            return row -> {
                BigDecimal value = operand.evaluate(row);
                return value == null ? null : value.setScale(decimals, RoundingMode.HALF_UP);
            };
        }

        private BigDecimal constant(String number) {
            try {
                return Decimals.parse(number);
            } catch (ValueException e) {
                throw tokens.error("'" + number + "' is no decimal number");
            }
        }

        private static BigDecimal both(BigDecimal left, BigDecimal right, BinaryOperator<BigDecimal> operator) {
            return left == null || right == null ? null : operator.apply(left, right);
        }
    }
}
