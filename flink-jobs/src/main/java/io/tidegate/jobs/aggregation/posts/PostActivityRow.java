package io.tidegate.jobs.aggregation.posts;

/** A row of {@code post_activity_1m}. */
public record PostActivityRow(PostActivityKey key, PostTally tally, long version, long updatedAtMs) {}
