package io.tidegate.serving.notify;

import io.tidegate.contracts.v1.DeliverySchedule;
import io.tidegate.contracts.v1.QuietHours;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/**
 * When a notice may be sent. A digest ends on multiples of its period of the local day (1h: on the hour). What falls into the quiet
 * hours waits for their end and is collected into one message. A critical alert is sent at once, unless quiet hours hold it too.
 */
final class Schedule {

    /**
     * @param collect may be merged with others that are due for the same target
     */
    record Due(long atMs, boolean collect) {}

    private Schedule() {}

    static Due due(DeliverySchedule schedule, boolean critical, Instant now) {
        ZoneId zone = zone(schedule.getTimeZone());
        boolean quiet = schedule.hasQuietHours();
        QuietHours hours = schedule.getQuietHours();
        if (critical && !(quiet && hours.getHoldCritical())) {
            return new Due(now.toEpochMilli(), false);
        }
        Instant at = now;
        boolean collect = false;
        if (schedule.getDigestMs() > 0 && !critical) {
            at = slotEnd(now, Duration.ofMillis(schedule.getDigestMs()), zone);
            collect = true;
        }
        if (quiet && isQuiet(hours, at, zone)) {
            at = quietEnd(hours, at, zone);
            collect = true;
        }
        return new Due(at.toEpochMilli(), collect);
    }

    private static Instant slotEnd(Instant now, Duration period, ZoneId zone) {
        long offsetMs = zone.getRules().getOffset(now).getTotalSeconds() * 1000L;
        long local = now.toEpochMilli() + offsetMs;
        long periodMs = period.toMillis();
        return Instant.ofEpochMilli((Math.floorDiv(local, periodMs) + 1) * periodMs - offsetMs);
    }

    private static boolean isQuiet(QuietHours hours, Instant at, ZoneId zone) {
        LocalTime time = at.atZone(zone).toLocalTime();
        int minute = time.getHour() * 60 + time.getMinute();
        int from = hours.getFromMinute();
        int to = hours.getToMinute();
        return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
    }

    /** Over a change of the clocks the wall clock counts: until 07:00 means until it says 07:00. */
    private static Instant quietEnd(QuietHours hours, Instant at, ZoneId zone) {
        LocalTime end = LocalTime.of(hours.getToMinute() / 60 % 24, hours.getToMinute() % 60);
        LocalDate day = at.atZone(zone).toLocalDate();
        ZonedDateTime candidate = ZonedDateTime.of(day, end, zone);
        if (!candidate.toInstant().isAfter(at)) {
            candidate = ZonedDateTime.of(day.plusDays(1), end, zone);
        }
        return candidate.toInstant();
    }

    private static ZoneId zone(String name) {
        try {
            return name.isEmpty() ? ZoneOffset.UTC : ZoneId.of(name);
        } catch (DateTimeException e) {
            // Checked where it was set; a zone that this JVM doesn't know (any more) mustn't lose the message.
            return ZoneOffset.UTC;
        }
    }
}
