package io.tidegate.jobs.aggregation.counts;

import io.tidegate.jobs.aggregation.pane.PaneKey;

/**
 * The events of one type by one share of the users.
 *
 * @param type name of the event type in ClickHouse
 */
public record EventShardKey(long windowStartMs, long paneMs, String type, int shard) implements PaneKey {

    /** Spelled out, see {@link PaneKey}. */
    @Override
    public int hashCode() {
        return ((Long.hashCode(windowStartMs) * 31 + Long.hashCode(paneMs)) * 31 + type.hashCode()) * 31 + shard;
    }
}
