package io.tidegate.serving.query;

import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The query parameters of one request, each asked for by name and type. What wasn't asked for is an error at
 * {@link #finish()}: a misspelt filter must not become an unfiltered answer.
 */
final class Parameters {

    private static final int MAX_TEXT_LENGTH = 256;
    /** An id of 128 characters, of four bytes at most, in Base64, with a number before it. */
    private static final int MAX_CURSOR_LENGTH = 768;

    private static final Instant EARLIEST = Instant.EPOCH;
    /** ClickHouse's DateTime ends in 2106. */
    private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");

    private static final Duration DEFAULT_RANGE = Duration.ofHours(24);

    private final MultiMap values;
    private final Instant now;
    private final Set<String> unread = new HashSet<>();

    Parameters(MultiMap values, Instant now) {
        this.values = values;
        this.now = now;
        this.unread.addAll(values.names());
    }

    /** A filter; an empty one is none. */
    Optional<String> text(String name) throws BadParameterException {
        return text(name, MAX_TEXT_LENGTH);
    }

    private Optional<String> text(String name, int maxLength) throws BadParameterException {
        List<String> given = values.getAll(name);
        unread.remove(name);
        if (given.isEmpty()) {
            return Optional.empty();
        }
        String value = given.get(0);
        if (given.size() > 1) {
            throw new BadParameterException(name, "is given twice");
        }
        if (value.length() > maxLength || value.chars().anyMatch(Character::isISOControl)) {
            throw new BadParameterException(
                    name, "must be at most " + maxLength + " characters, without control characters");
        }
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    /** One of a list of words. */
    <E extends Enum<E> & Word> Optional<E> word(String name, Class<E> type) throws BadParameterException {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        for (E candidate : type.getEnumConstants()) {
            if (candidate.word().equals(text.get())) {
                return Optional.of(candidate);
            }
        }
        String known = Arrays.stream(type.getEnumConstants()).map(Word::word).collect(Collectors.joining(", "));
        throw new BadParameterException(name, "must be one of " + known);
    }

    /** A word that a parameter may be. */
    interface Word {
        String name();

        default String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    int limit(int defaultValue, int max) throws BadParameterException {
        Optional<String> text = text("limit");
        if (text.isEmpty()) {
            return defaultValue;
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= 1 && value <= max) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // Answered below like a number out of bounds.
        }
        throw new BadParameterException("limit", "must be a whole number from 1 to " + max);
    }

    /** Where the page before ended. */
    Optional<Place> cursor() throws BadParameterException {
        Optional<String> cursor = text("cursor", MAX_CURSOR_LENGTH);
        return cursor.isPresent() ? Optional.of(Place.decode(cursor.get())) : Optional.empty();
    }

    /** {@code from} (inclusive) and {@code to} (exclusive); by default the last 24 hours. */
    TimeRange range() throws BadParameterException {
        // Whole seconds, so that those who ask at about the same time ask the same.
        Instant to = time("to").orElse(now.plusNanos(999_999_999).truncatedTo(ChronoUnit.SECONDS));
        Instant from = time("from").orElse(to.minus(DEFAULT_RANGE));
        if (from.isBefore(EARLIEST)) {
            from = EARLIEST;
        }
        if (!from.isBefore(to)) {
            throw new BadParameterException("from", "must be before to");
        }
        return new TimeRange(from, to);
    }

    /** ISO-8601 with an offset, a date (its first moment in UTC), or epoch milliseconds. */
    Optional<Instant> time(String name) throws BadParameterException {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Instant time;
        try {
            time = parse(text.get());
        } catch (DateTimeException | NumberFormatException e) {
            throw new BadParameterException(
                    name, "must be a time such as 2026-01-31T12:00:00Z, a date, or epoch milliseconds");
        }
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw new BadParameterException(name, "must be between " + EARLIEST + " and " + LATEST);
        }
        return Optional.of(time);
    }

    private static Instant parse(String text) {
        if (text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Instant.ofEpochMilli(Long.parseLong(text));
        }
        if (text.length() == "2026-01-31".length()) {
            return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
        // A plus sign that the client forgot to escape arrives as a blank.
        return OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
    }

    /** Call once all parameters are read: whatever is left is unknown. */
    void finish() throws BadParameterException {
        Optional<String> unknown = unread.stream().sorted().findFirst();
        if (unknown.isPresent()) {
            String name = unknown.get();
            // Not echoed as it came: it may be anything.
            boolean plain = name.matches("[A-Za-z0-9_.-]{1,40}");
            throw new BadParameterException(plain ? name : "A parameter", "is not known here");
        }
    }
}
