package io.tidegate.serving.notify;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.BigWin;
import io.tidegate.contracts.v1.Milestone;
import io.tidegate.contracts.v1.Notice;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.contracts.v1.TakeABreak;
import io.tidegate.serving.push.DataJson;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;

/** Alerts and notifications seen as one thing: what the notifier needs to know of either. Words are those of the API. */
public final class Notices {

    public static final List<String> ALERT_KINDS = List.of("fraud", "surge", "system");
    public static final List<String> NOTIFICATION_KINDS = List.of("milestone", "big_win", "take_a_break");

    private Notices() {}

    public static boolean isAlert(Notice notice) {
        return notice.hasAlert();
    }

    /** Deterministic: the same in a replay. */
    public static String id(Notice notice) {
        return notice.hasAlert()
                ? notice.getAlert().getAlertId()
                : notice.getNotification().getNotificationId();
    }

    public static String kind(Notice notice) {
        return notice.hasAlert()
                ? word(notice.getAlert().getKind())
                : word(notice.getNotification().getKind());
    }

    /** Subject of an alert, recipient of a notification. */
    public static String subject(Notice notice) {
        return notice.hasAlert()
                ? notice.getAlert().getSubject()
                : notice.getNotification().getRecipient();
    }

    public static String text(Notice notice) {
        return notice.hasAlert()
                ? notice.getAlert().getMessage()
                : notice.getNotification().getMessage();
    }

    /** A few words that say what it is. */
    public static String title(Notice notice) {
        return switch (kind(notice)) {
            case "fraud" -> "Suspected fraud";
            case "surge" -> "Sudden growth";
            case "system" -> "About the system";
            case "milestone" -> "A milestone";
            case "big_win" -> "A big win";
            case "take_a_break" -> "Time for a break?";
            default -> "A notification";
        };
    }

    /** Epoch milliseconds: detected, created. */
    public static long atMs(Notice notice) {
        return notice.hasAlert()
                ? notice.getAlert().getDetectedAtMs()
                : notice.getNotification().getCreatedAtMs();
    }

    public static boolean isCritical(Notice notice) {
        return notice.hasAlert() && notice.getAlert().getSeverity() == Severity.SEVERITY_CRITICAL;
    }

    /** {@code alert} or {@code notification}. */
    public static String type(Notice notice) {
        return notice.hasAlert() ? "alert" : "notification";
    }

    /** One JSON object, as the API and the WebSocket show it. */
    public static void write(JsonGenerator json, Notice notice) throws IOException {
        if (notice.hasAlert()) {
            write(json, notice.getAlert());
        } else {
            write(json, notice.getNotification());
        }
    }

    private static void write(JsonGenerator json, Alert alert) throws IOException {
        json.writeStartObject();
        json.writeStringField("alertId", alert.getAlertId());
        json.writeStringField("kind", word(alert.getKind()));
        json.writeStringField("ruleId", alert.getRuleId());
        json.writeNumberField("ruleVersion", alert.getRuleVersion());
        json.writeStringField("subject", alert.getSubject());
        json.writeStringField("severity", word(alert.getSeverity()));
        json.writeStringField("message", alert.getMessage());
        json.writeArrayFieldStart("eventIds");
        for (int i = 0; i < alert.getEventIdsCount(); i++) {
            json.writeString(alert.getEventIds(i));
        }
        json.writeEndArray();
        json.writeStringField("detectedAt", DataJson.time(alert.getDetectedAtMs()));
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Notification notification) throws IOException {
        json.writeStartObject();
        json.writeStringField("notificationId", notification.getNotificationId());
        json.writeStringField("kind", word(notification.getKind()));
        json.writeStringField("recipient", notification.getRecipient());
        json.writeStringField("message", notification.getMessage());
        json.writeStringField("createdAt", DataJson.time(notification.getCreatedAtMs()));
        json.writeObjectFieldStart("data");
        switch (notification.getDataCase()) {
            case MILESTONE -> write(json, notification.getMilestone());
            case BIG_WIN -> write(json, notification.getBigWin());
            case TAKE_A_BREAK -> write(json, notification.getTakeABreak());
            case DATA_NOT_SET -> {
                // A kind that this notifier doesn't know yet: the message still says it.
            }
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Milestone milestone) throws IOException {
        json.writeStringField("postId", milestone.getPostId());
        json.writeNumberField("likes", milestone.getLikes());
    }

    private static void write(JsonGenerator json, BigWin win) throws IOException {
        json.writeStringField("betId", win.getBetId());
        json.writeStringField("gameId", win.getGameId());
        json.writeNumberField("stake", decimal(win.getStakeE4()));
        json.writeNumberField("payout", decimal(win.getPayoutE4()));
        json.writeStringField("currency", win.getCurrency());
    }

    private static void write(JsonGenerator json, TakeABreak take) throws IOException {
        json.writeNumberField("bets", take.getBets());
        json.writeNumberField("windowMs", take.getWindowMs());
    }

    private static BigDecimal decimal(long tenThousandths) {
        return BigDecimal.valueOf(tenThousandths, 4).stripTrailingZeros();
    }

    public static String word(Severity severity) {
        return switch (severity) {
            case SEVERITY_INFO -> "info";
            case SEVERITY_WARNING -> "warning";
            case SEVERITY_CRITICAL -> "critical";
            default -> "unknown";
        };
    }

    private static String word(AlertKind kind) {
        return switch (kind) {
            case ALERT_KIND_FRAUD -> "fraud";
            case ALERT_KIND_SURGE -> "surge";
            case ALERT_KIND_SYSTEM -> "system";
            default -> "unknown";
        };
    }

    private static String word(NotificationKind kind) {
        return switch (kind) {
            case NOTIFICATION_KIND_MILESTONE -> "milestone";
            case NOTIFICATION_KIND_BIG_WIN -> "big_win";
            case NOTIFICATION_KIND_TAKE_A_BREAK -> "take_a_break";
            default -> "unknown";
        };
    }
}
