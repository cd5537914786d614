package io.tidegate.serving.ingest;

import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** ISO-8601 date-times, against the JDK's reading. */
public final class TimestampsFuzz {

    private TimestampsFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        long millis = Timestamps.parse(text);
        if (millis == Timestamps.INVALID) {
            return;
        }
        OffsetDateTime expected;
        try {
            expected = OffsetDateTime.parse(text.replace(',', '.'));
        } catch (DateTimeParseException e) {
            // An offset such as -00:00, which the JDK reads in another way.
            return;
        }
        FuzzTerms.require(expected.toInstant().toEpochMilli() == millis, text);
    }
}
