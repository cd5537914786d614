package io.tidegate.serving.push;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.tidegate.contracts.v1.BigWin;
import io.tidegate.contracts.v1.Milestone;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.TakeABreak;
import java.io.IOException;
import java.util.List;

/** A record of topic {@code notifications}, for the recipient's channel {@code user:{userId}}. */
record NotificationItem(Notification notification, List<Channel> channels) implements FeedItem {

    /**
     * @throws IllegalArgumentException if the value is no notification
     */
    static NotificationItem decode(byte[] value) {
        return of(parse(value));
    }

    static NotificationItem of(Notification notification) {
        return new NotificationItem(notification, List.of(Channel.user(notification.getRecipient())));
    }

    @Override
    public String id() {
        return notification.getNotificationId();
    }

    @Override
    public Message message() {
        return notification;
    }

    @Override
    public byte[] json() {
        return encode(notification);
    }

    @Override
    public boolean matches(Filter filter) {
        return true;
    }

    private static Notification parse(byte[] value) {
        if (value == null) {
            throw new IllegalArgumentException("a notification without a value");
        }
        Notification notification;
        try {
            notification = Notification.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a notification", e);
        }
        if (notification.getNotificationId().isEmpty()) {
            throw new IllegalArgumentException("a notification without an id");
        }
        return notification;
    }

    private static byte[] encode(Notification notification) {
        return DataJson.encode(json -> {
            json.writeStartObject();
            json.writeStringField("notificationId", notification.getNotificationId());
            json.writeStringField("kind", word(notification.getKind()));
            json.writeStringField("message", notification.getMessage());
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
        });
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

    private static String word(NotificationKind kind) {
        return switch (kind) {
            case NOTIFICATION_KIND_MILESTONE -> "milestone";
            case NOTIFICATION_KIND_BIG_WIN -> "big_win";
            case NOTIFICATION_KIND_TAKE_A_BREAK -> "take_a_break";
            default -> "unknown";
        };
    }
}
