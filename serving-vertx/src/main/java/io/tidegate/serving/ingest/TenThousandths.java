package io.tidegate.serving.ingest;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Decimal text to whole ten-thousandths, exactly: {@code 12.34} is 123400. No floating point on the way, because
 * {@code 0.1 + 0.2} is nobody's money.
 */
final class TenThousandths {

    /** What {@link #parse} answers instead of a value. All negative, as no value is. */
    static final long NO_NUMBER = -1;

    static final long TOO_MANY_DECIMALS = -2;
    static final long NEGATIVE = -3;
    static final long TOO_LARGE = -4;

    private static final int DECIMALS = 4;
    private static final int MAX_LENGTH = 40;
    private static final int MAX_EXPONENT_DIGITS = 2;

    private TenThousandths() {}

    /**
     * Parses a number in JSON's grammar.
     *
     * @param max the largest value accepted, in ten-thousandths
     * @return the value, or one of the negative constants
     */
    static long parse(char[] text, int offset, int length, long max) {
        if (length == 0 || length > MAX_LENGTH) {
            return length == 0 ? NO_NUMBER : TOO_LARGE;
        }
        int at = offset;
        int end = offset + length;
        boolean negative = text[at] == '-';
        if (negative) {
            at++;
        }
        int firstDigit = at;
        long value = 0;
        while (at < end && isDigit(text[at])) {
            value = grow(value, text[at++] - '0', max);
        }
        int whole = at - firstDigit;
        if (whole == 0 || whole > 1 && text[firstDigit] == '0') {
            return NO_NUMBER;
        }
        int decimals = 0;
        if (at < end && text[at] == '.') {
            at++;
            int point = at;
            while (at < end && isDigit(text[at])) {
                if (++decimals <= DECIMALS) {
                    value = grow(value, text[at] - '0', max);
                }
                at++;
            }
            if (at == point) {
                return NO_NUMBER;
            }
        }
        if (at < end) {
            return withExponent(text, offset, at, length, max);
        }
        if (negative) {
            return NEGATIVE;
        }
        if (decimals > DECIMALS) {
            return TOO_MANY_DECIMALS;
        }
        for (int i = decimals; i < DECIMALS; i++) {
            value = grow(value, 0, max);
        }
        return value > max ? TOO_LARGE : value;
    }

    /** Appends a digit; sticks just above {@code max} once it is passed, so that nothing overflows. */
    private static long grow(long value, int digit, long max) {
        if (value > max) {
            return value;
        }
        return value > (Long.MAX_VALUE - digit) / 10 ? Long.MAX_VALUE : value * 10 + digit;
    }

    /** Rare, so it may be slow, but not as slow as {@code 1e999999999} would like: the exponent's length is bounded. */
    private static long withExponent(char[] text, int offset, int exponentAt, int length, long max) {
        int end = offset + length;
        if (text[exponentAt] != 'e' && text[exponentAt] != 'E') {
            return NO_NUMBER;
        }
        int at = exponentAt + 1;
        if (at < end && (text[at] == '+' || text[at] == '-')) {
            at++;
        }
        int digits = end - at;
        if (digits < 1) {
            return NO_NUMBER;
        }
        for (int i = at; i < end; i++) {
            if (!isDigit(text[i])) {
                return NO_NUMBER;
            }
        }
        if (digits > MAX_EXPONENT_DIGITS) {
            return TOO_LARGE;
        }
        BigDecimal value = new BigDecimal(text, offset, length);
        if (value.signum() < 0 || text[offset] == '-') {
            return NEGATIVE;
        }
        BigDecimal scaled = value.movePointRight(DECIMALS);
        if (scaled.compareTo(BigDecimal.valueOf(max)) > 0) {
            return TOO_LARGE;
        }
        BigDecimal whole = scaled.setScale(0, RoundingMode.DOWN);
        return whole.compareTo(scaled) == 0 ? whole.longValueExact() : TOO_MANY_DECIMALS;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
