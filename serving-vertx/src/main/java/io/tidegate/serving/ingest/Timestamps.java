package io.tidegate.serving.ingest;

/**
 * ISO-8601 date-times with a zone to epoch milliseconds: {@code 2026-01-31T12:30:05.123Z}, {@code …+01:00}, seconds and fraction
 * optional. About ten times faster than {@code Instant.parse}, which shows when every event has one.
 */
final class Timestamps {

    /** What {@link #parse} answers to text that is none. */
    static final long INVALID = Long.MIN_VALUE;

    private static final int[] MONTH_DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    private static final long DAY_MS = 86_400_000L;
    private static final int SHORTEST = "2026-01-01T00:00Z".length();
    private static final int LONGEST = "2026-01-01T00:00:00.123456789+00:00".length();

    private Timestamps() {}

    static long parse(CharSequence text) {
        int length = text.length();
        if (length < SHORTEST || length > LONGEST) {
            return INVALID;
        }
        int year = digits(text, 0, 4);
        int month = digits(text, 5, 2);
        int day = digits(text, 8, 2);
        int hour = digits(text, 11, 2);
        int minute = digits(text, 14, 2);
        char t = text.charAt(10);
        if (text.charAt(4) != '-' || text.charAt(7) != '-' || t != 'T' && t != 't' || text.charAt(13) != ':') {
            return INVALID;
        }
        if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) {
            return INVALID;
        }
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
            return INVALID;
        }
        int at = 16;
        int millisOfMinute = 0;
        if (text.charAt(at) == ':') {
            int second = digits(text, 17, 2);
            if (second < 0 || second > 59) {
                return INVALID;
            }
            millisOfMinute = second * 1000;
            at = 19;
            if (at < length && (text.charAt(at) == '.' || text.charAt(at) == ',')) {
                int from = ++at;
                int weight = 100;
                while (at < length && isDigit(text.charAt(at))) {
                    millisOfMinute += (text.charAt(at) - '0') * weight;
                    weight /= 10;
                    at++;
                }
                if (at == from || at - from > 9) {
                    return INVALID;
                }
            }
        }
        int offsetMinutes = zone(text, at);
        if (offsetMinutes == Integer.MIN_VALUE) {
            return INVALID;
        }
        long minutes = hour * 60L + minute - offsetMinutes;
        return epochDay(year, month, day) * DAY_MS + minutes * 60_000L + millisOfMinute;
    }

    /** Minutes east of Greenwich of what stands at {@code at} up to the end. */
    private static int zone(CharSequence text, int at) {
        int rest = text.length() - at;
        if (rest == 1 && (text.charAt(at) == 'Z' || text.charAt(at) == 'z')) {
            return 0;
        }
        if (rest != 6 || text.charAt(at + 3) != ':') {
            return Integer.MIN_VALUE;
        }
        int hours = digits(text, at + 1, 2);
        int minutes = digits(text, at + 4, 2);
        char sign = text.charAt(at);
        if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59 || sign != '+' && sign != '-') {
            return Integer.MIN_VALUE;
        }
        int total = hours * 60 + minutes;
        return sign == '-' ? -total : total;
    }

    /** Days since 1970-01-01 in the Gregorian calendar; years 0 to 9999. */
    private static long epochDay(int year, int month, int day) {
        // Counted in years that begin in March, so that the leap day is the last of its year.
        int shifted = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(shifted, 400);
        int yearOfEra = shifted - era * 400;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - 719_468L;
    }

    private static int daysIn(int year, int month) {
        boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return month == 2 && leap ? 29 : MONTH_DAYS[month - 1];
    }

    /** Exactly {@code count} digits from {@code at}, or -1. */
    private static int digits(CharSequence text, int at, int count) {
        int value = 0;
        for (int i = at; i < at + count; i++) {
            if (i >= text.length() || !isDigit(text.charAt(i))) {
                return -1;
            }
            value = value * 10 + text.charAt(i) - '0';
        }
        return value;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
