package io.tidegate.dev.chaos.platform;

/**
 * A row of table {@code events}.
 *
 * @param shard from 1 on
 * @param print as in {@link io.tidegate.dev.chaos.load.SentEvent}
 * @param partition of the record that it was made of
 */
public record StoredRow(
        int shard, String eventId, String userId, long print, long appendedAtMs, int partition, long offset) {}
