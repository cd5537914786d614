package io.tidegate.jobs.aggregation.counts;

/** What one share of the users did so far: absolute, the latest counts. */
public record ShardCount(EventShardKey key, long events, long users) {

    EventCountKey countKey() {
        return new EventCountKey(key.windowStartMs(), key.paneMs(), key.type());
    }
}
