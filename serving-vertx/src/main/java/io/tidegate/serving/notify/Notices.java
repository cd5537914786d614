package io.tidegate.serving.notify;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.contracts.v1.Notice;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.serving.push.AlertJson;
import io.tidegate.serving.push.NotificationJson;
import java.io.IOException;

/** Alerts and notifications seen as one thing: what the notifier needs to know of either. Words are those of the API. */
public final class Notices {

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
        return notice.hasAlert() ? AlertJson.kind(notice.getAlert()) : NotificationJson.kind(notice.getNotification());
    }

    /** Subject of an alert, recipient of a notification. */
    public static String subject(Notice notice) {
        return notice.hasAlert()
                ? notice.getAlert().getSubject()
                : notice.getNotification().getRecipient();
    }

    /** Of the events behind it, or empty. */
    public static String tenant(Notice notice) {
        return notice.hasAlert()
                ? notice.getAlert().getTenant()
                : notice.getNotification().getTenant();
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
            AlertJson.write(json, notice.getAlert());
        } else {
            NotificationJson.writeAddressed(json, notice.getNotification());
        }
    }
}
