package io.tidegate.serving.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.DeliverySchedule;
import io.tidegate.contracts.v1.QuietHours;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ScheduleTest {

    private static DeliverySchedule.Builder night(String zone) {
        return DeliverySchedule.newBuilder()
                .setTimeZone(zone)
                .setQuietHours(QuietHours.newBuilder().setFromMinute(22 * 60).setToMinute(7 * 60));
    }

    private static Instant due(DeliverySchedule.Builder schedule, String now) {
        return Instant.ofEpochMilli(
                Schedule.due(schedule.build(), false, Instant.parse(now)).atMs());
    }

    @Test
    void withoutAScheduleItIsSentAtOnce() {
        Instant now = Instant.parse("2026-03-01T03:04:05Z");

        assertThat(Schedule.due(DeliverySchedule.getDefaultInstance(), false, now))
                .isEqualTo(new Schedule.Due(now.toEpochMilli(), false));
    }

    @Test
    void quietHoursAreThoseOfTheUsersWallClock() {
        // Riga is two hours ahead in winter.
        assertThat(due(night("Europe/Riga"), "2026-03-01T19:59:00Z")).isEqualTo("2026-03-01T19:59:00Z");
        assertThat(due(night("Europe/Riga"), "2026-03-01T20:00:00Z")).isEqualTo("2026-03-02T05:00:00Z");
        assertThat(due(night("Europe/Riga"), "2026-03-02T04:59:59Z")).isEqualTo("2026-03-02T05:00:00Z");
        assertThat(due(night("Europe/Riga"), "2026-03-02T05:00:00Z")).isEqualTo("2026-03-02T05:00:00Z");
    }

    @Test
    void aChangeOfTheClocksInTheNightMovesTheEnd() {
        // 29 March 2026, 03:00 becomes 04:00 in Riga: seven o'clock is an hour earlier.
        assertThat(due(night("Europe/Riga"), "2026-03-28T22:00:00Z")).isEqualTo("2026-03-29T04:00:00Z");
        assertThat(due(night("Europe/Riga"), "2026-10-24T22:00:00Z")).isEqualTo("2026-10-25T05:00:00Z");
    }

    @Test
    void quietHoursWithinADay() {
        DeliverySchedule.Builder noon = DeliverySchedule.newBuilder()
                .setQuietHours(QuietHours.newBuilder().setFromMinute(12 * 60).setToMinute(13 * 60));

        assertThat(due(noon, "2026-03-01T11:59:59Z")).isEqualTo("2026-03-01T11:59:59Z");
        assertThat(due(noon, "2026-03-01T12:30:00Z")).isEqualTo("2026-03-01T13:00:00Z");
    }

    @Test
    void aDigestEndsOnMultiplesOfItsPeriodAndNotInQuietHours() {
        DeliverySchedule.Builder hourly =
                night("Asia/Kolkata").setDigestMs(Duration.ofHours(1).toMillis());

        // Half past, by UTC, is the hour in Kolkata.
        assertThat(due(hourly, "2026-03-01T08:00:00Z")).isEqualTo("2026-03-01T08:30:00Z");
        // 21:40 there: the next hour is quiet already.
        assertThat(due(hourly, "2026-03-01T16:10:00Z")).isEqualTo("2026-03-02T01:30:00Z");
        assertThat(Schedule.due(hourly.build(), false, Instant.parse("2026-03-01T08:00:00Z"))
                        .collect())
                .isTrue();
    }

    @Test
    void criticalAlertsWaitForNothingUnlessTheyAreHeldToo() {
        DeliverySchedule schedule = night("UTC").setDigestMs(3_600_000).build();
        DeliverySchedule holding = schedule.toBuilder()
                .setQuietHours(schedule.getQuietHours().toBuilder().setHoldCritical(true))
                .build();
        Instant night = Instant.parse("2026-03-01T23:00:00Z");

        assertThat(Schedule.due(schedule, true, night)).isEqualTo(new Schedule.Due(night.toEpochMilli(), false));
        assertThat(Schedule.due(holding, true, night))
                .isEqualTo(
                        new Schedule.Due(Instant.parse("2026-03-02T07:00:00Z").toEpochMilli(), true));
    }
}
