package io.tidegate.dev.chaos.platform;

/** A record of topic {@code events} that isn't a tick. {@code appendedAtMs}: the broker's time, epoch milliseconds. */
public record TopicEvent(int partition, long offset, long appendedAtMs, String eventId, String userId) {}
