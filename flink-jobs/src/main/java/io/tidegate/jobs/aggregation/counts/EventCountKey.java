package io.tidegate.jobs.aggregation.counts;

import io.tidegate.jobs.aggregation.pane.PaneKey;

/**
 * The key of a row of {@code event_counts_1m}.
 *
 * @param type name of the event type in ClickHouse
 */
public record EventCountKey(long windowStartMs, long paneMs, String type) implements PaneKey {

    /** Spelled out, see {@link PaneKey}. */
    @Override
    public int hashCode() {
        return (Long.hashCode(windowStartMs) * 31 + Long.hashCode(paneMs)) * 31 + type.hashCode();
    }
}
