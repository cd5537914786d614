package io.tidegate.serving.push;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.BigWin;
import io.tidegate.contracts.v1.Milestone;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.TakeABreak;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Topic {@code notifications} → the recipient's channel {@code user:{userId}}; each notification id once. */
public final class NotificationFeed implements TopicReader.Listener {

    private final PushHub hub;
    private final RecentIds delivered;
    private final Counter repeats;
    private long sequence;

    public NotificationFeed(PushHub hub, PushConfig config) {
        this.hub = hub;
        this.delivered = new RecentIds(config.repeatHorizon(), config.repeatCapacity());
        this.repeats = hub.metrics().repeats(Topics.NOTIFICATIONS);
    }

    @Override
    public void caughtUp(TopicReader.Position position) {
        hub.position(Channel.Family.USER, position.cursor(Channel.Family.USER));
    }

    @Override
    public void lost(Instant lastRead, TopicReader.Position position) {
        hub.position(Channel.Family.USER, position.cursor(Channel.Family.USER));
        hub.publishGap(Channel.Family.USER, lastRead, Instant.now());
    }

    /**
     * @throws IllegalArgumentException if the value is no notification
     */
    @Override
    public void record(ConsumerRecord<byte[], byte[]> record, TopicReader.Position next) {
        Notification notification = parse(record.value());
        if (!delivered.add(notification.getNotificationId(), System.nanoTime())) {
            repeats.increment();
            return;
        }
        Cursor cursor = next.cursor(Channel.Family.USER);
        hub.position(Channel.Family.USER, cursor);
        Channel channel = Channel.user(notification.getRecipient());
        if (hub.isWanted(channel)) {
            hub.publish(new FeedEvent(List.of(channel), sequence++, cursor.encode(), encode(notification)));
        }
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

    /** The {@code data} member of the contract. */
    static byte[] encode(Notification notification) {
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
