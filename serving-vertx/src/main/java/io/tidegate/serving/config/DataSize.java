package io.tidegate.serving.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes. Written as {@code 512B}, {@code 64KiB}, {@code 5MiB} or {@code 1GiB}. */
public record DataSize(long bytes) implements Comparable<DataSize> {

    private static final Pattern SYNTAX = Pattern.compile("(\\d{1,9})\\s*(B|KiB|MiB|GiB)");

    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size can't be negative: " + bytes);
        }
    }

    public static DataSize ofKibibytes(long n) {
        return new DataSize(n << 10);
    }

    public static DataSize ofMebibytes(long n) {
        return new DataSize(n << 20);
    }

    /**
     * @throws IllegalArgumentException if the text is no size
     */
    public static DataSize parse(String text) {
        if (text.trim().equals("0")) {
            // Nothing is nothing in every unit.
            return new DataSize(0);
        }
        Matcher matcher = SYNTAX.matcher(text.trim());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a size such as 64KiB or 5MiB: " + text);
        }
        long number = Long.parseLong(matcher.group(1));
        return new DataSize(
                switch (matcher.group(2)) {
                    case "KiB" -> number << 10;
                    case "MiB" -> number << 20;
                    case "GiB" -> number << 30;
                    default -> number;
                });
    }

    /** For APIs that count in int. Sizes above 2 GiB are cut to {@link Integer#MAX_VALUE}. */
    public int intBytes() {
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    @Override
    public String toString() {
        if (bytes >= 1 << 30 && bytes % (1 << 30) == 0) {
            return (bytes >> 30) + "GiB";
        }
        if (bytes >= 1 << 20 && bytes % (1 << 20) == 0) {
            return (bytes >> 20) + "MiB";
        }
        if (bytes >= 1 << 10 && bytes % (1 << 10) == 0) {
            return (bytes >> 10) + "KiB";
        }
        return bytes + "B";
    }
}
