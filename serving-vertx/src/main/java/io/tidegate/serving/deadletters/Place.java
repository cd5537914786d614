package io.tidegate.serving.deadletters;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a dead letter stands on its topic; {@code partition/offset} as text. */
record Place(int partition, long offset) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})/(\\d{1,18})");

    /** Empty where the text is no place. */
    static Optional<Place> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new Place(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return partition + "/" + offset;
    }
}
