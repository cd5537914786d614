package io.tidegate.jobs.rules;

import java.math.BigDecimal;

/**
 * What a threshold may be.
 *
 * @param whole whether only whole numbers make sense
 * @param minimum smallest value allowed
 * @param maximum greatest value allowed
 */
record ThresholdSpec(String name, boolean whole, BigDecimal minimum, BigDecimal maximum) {

    /** As many as the wire of topic {@code rules} carries: whole ten-thousandths. */
    private static final int DECIMALS = 4;

    /** How many events a match has. The bound keeps the open matches of one subject few. */
    static ThresholdSpec count(String name, long minimum, long maximum) {
        return new ThresholdSpec(name, true, BigDecimal.valueOf(minimum), BigDecimal.valueOf(maximum));
    }

    static ThresholdSpec number(String name, String minimum, String maximum) {
        return new ThresholdSpec(name, false, new BigDecimal(minimum), new BigDecimal(maximum));
    }

    /** @throws IllegalArgumentException saying what is expected, without the field's name */
    BigDecimal parse(String text) {
        BigDecimal value;
        try {
            value = new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(expected() + ", got '" + text + "'", e);
        }
        // The exponent first: 1e999999999 must not be written out to be compared.
        boolean sane = Math.abs((long) value.precision() - value.scale()) <= 20 && value.scale() <= 20;
        if (!sane
                || value.compareTo(minimum) < 0
                || value.compareTo(maximum) > 0
                || value.stripTrailingZeros().scale() > (whole ? 0 : DECIMALS)) {
            throw new IllegalArgumentException(expected() + ", got '" + text + "'");
        }
        return value;
    }

    private String expected() {
        return (whole ? "a whole number" : "a number with at most " + DECIMALS + " decimals") + " from "
                + minimum.toPlainString() + " to " + maximum.toPlainString() + " expected";
    }
}
