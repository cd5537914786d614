package io.tidegate.jobs.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.jobs.surge.SurgeReader;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleAlert;
import io.tidegate.replay.oracle.OracleEvent;
import io.tidegate.replay.oracle.WindowTables;
import java.io.IOException;
import java.util.List;

/** What plain code reads out of the story, against what the jobs have written. */
final class Expectations {

    private Expectations() {}

    static void nothingToldYet(Platform platform) throws IOException {
        assertThat(platform.committedAlerts()).isEmpty();
        assertThat(platform.committedNotifications()).isEmpty();
    }

    /**
     * Waits until everything is there, once.
     *
     * @param shortly whether the first chapter was read not long ago: an open bet and a player's bets are forgotten by the clock of
     *     the machine, after a day and after minutes
     */
    static void met(Platform platform, List<OracleEvent> events, boolean shortly) {
        await().atMost(Platform.LIMIT)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> {
                    platform.requireNoneFailed();
                    fraud(platform.committedAlerts(), events);
                    surges(platform.committedAlerts(), events);
                    notifications(platform.committedNotifications(), events, shortly);
                    windows(platform, events);
                    archive(platform, events);
                });
    }

    private static void fraud(List<Alert> alerts, List<OracleEvent> events) {
        List<OracleAlert> expected = Oracle.alerts(events);
        assertThat(expected)
                .as("what the story holds")
                .extracting(OracleAlert::ruleId)
                .contains("rapid-bets", "country-hop", "shared-device", "deposit-cycle", "bet-escalation");
        assertThat(alerts.stream()
                        .filter(alert -> alert.getKind() == AlertKind.ALERT_KIND_FRAUD)
                        .filter(alert -> !alert.getRuleId().equals(Story.CHANGED_RULE))
                        .map(alert -> new OracleAlert(
                                alert.getRuleId(),
                                alert.getSubject(),
                                alert.getEventIdsList(),
                                alert.getStartedAtMs(),
                                alert.getDetectedAtMs())))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(alerts)
                .filteredOn(alert -> alert.getRuleId().equals(Story.CHANGED_RULE))
                .as("by the rule as it was changed before the savepoint")
                .singleElement()
                .satisfies(alert -> {
                    assertThat(alert.getSubject()).isEqualTo(Story.BURSTER);
                    assertThat(alert.getRuleVersion()).isEqualTo(2);
                });
    }

    private static void surges(List<Alert> alerts, List<OracleEvent> events) {
        List<SurgeReader.Found> expected =
                SurgeReader.surges(events.stream().map(Story::message).toList());
        assertThat(expected)
                .extracting(SurgeReader.Found::ruleId)
                .as("what the story holds")
                .contains("post-surge", "post-surge-ended");
        assertThat(alerts.stream()
                        .filter(alert -> alert.getKind() == AlertKind.ALERT_KIND_SURGE)
                        .map(alert ->
                                new SurgeReader.Found(alert.getRuleId(), alert.getSubject(), alert.getDetectedAtMs())))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private static void notifications(List<Notification> notifications, List<OracleEvent> events, boolean shortly) {
        assertThat(notifications.stream()
                        .filter(Notification::hasMilestone)
                        .map(notification -> notification.getRecipient() + " "
                                + notification.getMilestone().getPostId() + " "
                                + notification.getMilestone().getLikes()))
                .containsExactlyInAnyOrderElementsOf(Oracle.milestones(events).stream()
                        .map(milestone -> milestone.recipient() + " " + milestone.postId() + " " + milestone.likes())
                        .toList())
                .contains("author p1 10", "star hot 10");
        if (shortly) {
            assertThat(recipients(notifications, NotificationKind.NOTIFICATION_KIND_BIG_WIN))
                    .containsExactly(Story.WINNER);
            assertThat(recipients(notifications, NotificationKind.NOTIFICATION_KIND_TAKE_A_BREAK))
                    .containsExactly(Story.TIRELESS);
        }
    }

    private static List<String> recipients(List<Notification> notifications, NotificationKind kind) {
        return notifications.stream()
                .filter(notification -> notification.getKind() == kind)
                .map(Notification::getRecipient)
                .toList();
    }

    private static void windows(Platform platform, List<OracleEvent> events) throws IOException {
        WindowTables<IOException> windows = WindowTables.of(platform::rows);
        assertThat(windows.eventCounts()).isEqualTo(Oracle.eventCounts(events));
        assertThat(windows.postActivity()).isEqualTo(Oracle.postActivity(events));
        assertThat(windows.betStats()).isEqualTo(Oracle.betStats(events));
    }

    private static void archive(Platform platform, List<OracleEvent> events) throws IOException {
        String distinct = Integer.toString(Oracle.distinct(events).size());
        assertThat(platform.rows("SELECT count(), uniqExact(user_id, event_id) FROM tidegate.events"))
                .containsExactly(new String[] {distinct, distinct});
        String alerts = Integer.toString(platform.committedAlerts().size());
        assertThat(platform.rows("SELECT count(), uniqExact(alert_id) FROM tidegate.alerts"))
                .containsExactly(new String[] {alerts, alerts});
        String told = Integer.toString(platform.committedNotifications().size());
        assertThat(platform.rows("SELECT count(), uniqExact(notification_id) FROM tidegate.notifications"))
                .containsExactly(new String[] {told, told});
    }
}
