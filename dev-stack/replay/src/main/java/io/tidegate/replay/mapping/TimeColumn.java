package io.tidegate.replay.mapping;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.Optional;

/**
 * Where a row's time is and how it is written.
 *
 * @param zone of ISO times that don't name an offset themselves
 */
public record TimeColumn(String column, TimeFormat format, Optional<ZoneId> zone, String path) {

    public enum TimeFormat {
        ISO_8601("iso-8601"),
        EPOCH_SECONDS("epoch-seconds"),
        EPOCH_MILLIS("epoch-millis");

        private final String yamlName;

        TimeFormat(String yamlName) {
            this.yamlName = yamlName;
        }

        public String yamlName() {
            return yamlName;
        }
    }

    private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .optionalStart()
            .appendOffsetId()
            .optionalEnd()
            .toFormatter();

    /**
     * Epoch milliseconds; finer fractions are cut off.
     *
     * @throws ValueException where the text isn't a time of the format
     */
    public long parse(String text) {
        try {
            return switch (format) {
                case ISO_8601 -> isoMillis(text);
                case EPOCH_SECONDS -> wholeMillis(Decimals.parse(text).movePointRight(3));
                case EPOCH_MILLIS -> wholeMillis(Decimals.parse(text));
            };
        } catch (DateTimeException | ArithmeticException | ValueException e) {
            throw new ValueException("'" + text + "' is no time of the format " + format.yamlName(), e);
        }
    }

    private long isoMillis(String text) {
        TemporalAccessor parsed = ISO.parseBest(text.replace(' ', 'T'), OffsetDateTime::from, LocalDateTime::from);
        if (parsed instanceof OffsetDateTime time) {
            return time.toInstant().toEpochMilli();
        }
        return zone.map(given ->
                        ((LocalDateTime) parsed).atZone(given).toInstant().toEpochMilli())
                .orElseThrow(() -> new ValueException("no offset, and the mapping names no zone"));
    }

    private static long wholeMillis(BigDecimal millis) {
        return millis.setScale(0, RoundingMode.FLOOR).longValueExact();
    }
}
