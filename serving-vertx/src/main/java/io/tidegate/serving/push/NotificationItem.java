package io.tidegate.serving.push;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.tidegate.contracts.v1.Notification;
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
    public long happenedAtMs() {
        return notification.getCreatedAtMs();
    }

    @Override
    public Message message() {
        return notification;
    }

    @Override
    public byte[] json() {
        return DataJson.encode(json -> NotificationJson.write(json, notification));
    }

    @Override
    public boolean matches(Filter filter) {
        return filter.scope().covers(notification.getTenant());
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
}
