package io.tidegate.contracts.rules;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Windows as people write them: a whole number and its unit, {@code 500ms}, {@code 10s}, {@code 5min} (or {@code 5m}), {@code 1h}, {@code 1d}. */
public final class Windows {

    private static final Pattern SYNTAX = Pattern.compile("(\\d{1,12})\\s*(ms|s|sec|m|min|h|d)");

    private Windows() {}

    /** Empty where the text is no such duration. A number without its unit isn't one: nobody knows what it means. */
    public static Optional<Duration> parse(String text) {
        // Nothing long is worth matching.
        Matcher matcher = SYNTAX.matcher(text.length() > 32 ? "" : text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s", "sec" -> Duration.ofSeconds(number);
                    case "m", "min" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                });
    }

    /** The shortest whole form that {@link #parse} takes: {@code 5min}, not {@code 300s}. */
    public static String format(Duration window) {
        long millis = window.toMillis();
        if (millis == 0 || millis % 1_000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1_000;
        if (seconds % 3_600 == 0) {
            return seconds / 3_600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "min" : seconds + "s";
    }
}
