package io.tidegate.serving.push;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.contracts.EnumWords;
import io.tidegate.contracts.v1.BigWin;
import io.tidegate.contracts.v1.Milestone;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.TakeABreak;
import java.io.IOException;

/** A notification as the WebSocket and the notifier show it. */
public final class NotificationJson {

    private NotificationJson() {}

    /** One object for its recipient, who knows who they are and that it is now. */
    static void write(JsonGenerator json, Notification notification) throws IOException {
        write(json, notification, false);
    }

    /** One object that also says to whom and when: {@code recipient}, {@code createdAt}. */
    public static void writeAddressed(JsonGenerator json, Notification notification) throws IOException {
        write(json, notification, true);
    }

    private static void write(JsonGenerator json, Notification notification, boolean addressed) throws IOException {
        json.writeStartObject();
        json.writeStringField("notificationId", notification.getNotificationId());
        json.writeStringField("kind", kind(notification));
        if (addressed) {
            json.writeStringField("recipient", notification.getRecipient());
        }
        json.writeStringField("message", notification.getMessage());
        if (addressed) {
            json.writeStringField("createdAt", DataJson.time(notification.getCreatedAtMs()));
        }
        json.writeObjectFieldStart("data");
        switch (notification.getDataCase()) {
            case MILESTONE -> write(json, notification.getMilestone());
            case BIG_WIN -> write(json, notification.getBigWin());
            case TAKE_A_BREAK -> write(json, notification.getTakeABreak());
            case DATA_NOT_SET -> {
                // A kind that this gateway doesn't know yet: the message still says it.
            }
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    public static String kind(Notification notification) {
        return EnumWords.NOTIFICATION_KINDS.of(notification.getKind(), AlertJson.UNKNOWN);
    }

    private static void write(JsonGenerator json, Milestone milestone) throws IOException {
        json.writeStringField("postId", milestone.getPostId());
        json.writeNumberField("likes", milestone.getLikes());
    }

    private static void write(JsonGenerator json, BigWin win) throws IOException {
        json.writeStringField("betId", win.getBetId());
        json.writeStringField("gameId", win.getGameId());
        json.writeNumberField("stake", DataJson.decimal(win.getStakeE4()));
        json.writeNumberField("payout", DataJson.decimal(win.getPayoutE4()));
        json.writeStringField("currency", win.getCurrency());
    }

    private static void write(JsonGenerator json, TakeABreak take) throws IOException {
        json.writeNumberField("bets", take.getBets());
        json.writeNumberField("windowMs", take.getWindowMs());
    }
}
