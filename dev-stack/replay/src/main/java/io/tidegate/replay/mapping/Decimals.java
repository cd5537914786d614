package io.tidegate.replay.mapping;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/** Exact decimal numbers of bounded size. */
final class Decimals {

    // Bounded, so that a cell like 1e999999999 is an error and not a gigabyte of zeros.
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,40}(\\.\\d{1,40})?([eE][+-]?\\d{1,2})?");

    private Decimals() {}

    /** @throws ValueException where the text is no number */
    static BigDecimal parse(String text) {
        if (!NUMBER.matcher(text).matches()) {
            throw new ValueException("'" + text + "' is no decimal number");
        }
        return new BigDecimal(text);
    }
}
