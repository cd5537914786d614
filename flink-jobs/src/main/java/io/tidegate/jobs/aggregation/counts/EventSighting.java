package io.tidegate.jobs.aggregation.counts;

import io.tidegate.jobs.aggregation.EventKind;

/** One event in its pane. {@code userHash}: see {@link UserHash}. */
public record EventSighting(long windowStartMs, long paneMs, EventKind kind, long userHash) {

    EventShardKey shardKey() {
        return new EventShardKey(windowStartMs, paneMs, kind.wireName(), EventCounts.shard(userHash));
    }
}
