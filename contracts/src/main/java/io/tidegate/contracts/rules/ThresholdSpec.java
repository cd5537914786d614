package io.tidegate.contracts.rules;

import java.math.BigDecimal;

/**
 * What a threshold means and what it may be.
 *
 * @param unit what is counted, for example {@code bets}, or {@code ratio}
 * @param whole whether only whole numbers make sense
 * @param minimum smallest value allowed
 * @param maximum greatest value allowed
 */
public record ThresholdSpec(
        String name, String description, String unit, boolean whole, BigDecimal minimum, BigDecimal maximum) {

    /** As many as the wire of topic {@code rules} carries: whole ten-thousandths. */
    public static final int DECIMALS = 4;

    /** How many events a match has. The bound keeps what one subject can hold in state small. */
    static ThresholdSpec count(String name, String description, String unit, long minimum, long maximum) {
        return new ThresholdSpec(
                name, description, unit, true, BigDecimal.valueOf(minimum), BigDecimal.valueOf(maximum));
    }

    static ThresholdSpec number(String name, String description, String unit, String minimum, String maximum) {
        return new ThresholdSpec(name, description, unit, false, new BigDecimal(minimum), new BigDecimal(maximum));
    }

    /** @throws IllegalArgumentException saying what is expected, without the field's name */
    public BigDecimal parse(String text) {
        // Longer than any number allowed here, and parsing takes time that grows with the square of the length.
        if (text.length() > 40) {
            throw new IllegalArgumentException(expected());
        }
        BigDecimal value;
        try {
            value = new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(expected() + ", got '" + text + "'", e);
        }
        // The exponent first: 1e999999999 must not be written out to be compared.
        boolean sane = Math.abs((long) value.precision() - value.scale()) <= 20 && value.scale() <= 20;
        if (!sane || !allows(value)) {
            throw new IllegalArgumentException(expected() + ", got '" + text + "'");
        }
        return value;
    }

    boolean allows(BigDecimal value) {
        return value.compareTo(minimum) >= 0
                && value.compareTo(maximum) <= 0
                && value.stripTrailingZeros().scale() <= (whole ? 0 : DECIMALS);
    }

    String expected() {
        return (whole ? "a whole number" : "a number with at most " + DECIMALS + " decimals") + " from "
                + minimum.toPlainString() + " to " + maximum.toPlainString() + " expected";
    }
}
