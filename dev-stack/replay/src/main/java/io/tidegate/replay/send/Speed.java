package io.tidegate.replay.send;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How fast event time passes.
 *
 * @param factor seconds of event time per second; infinite for "as fast as the gateway takes them"
 */
public record Speed(double factor) {

    public static final Speed MAX = new Speed(Double.POSITIVE_INFINITY);

    private static final Pattern FACTOR = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)x");

    public Speed {
        if (!(factor > 0)) {
            throw new IllegalArgumentException("speed: must be more than 0x");
        }
    }

    /** @param text {@code max} or a factor like {@code 1x}, {@code 0.5x}, {@code 1000x} */
    public static Speed parse(String text) {
        if (text.equals("max")) {
            return MAX;
        }
        Matcher matcher = FACTOR.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no speed like 1x, 1000x or max");
        }
        return new Speed(Double.parseDouble(matcher.group(1)));
    }
}
