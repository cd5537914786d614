package io.tidegate.replay.oracle;

/** A row of {@code post_activity_1m}, panes added up; a minute in which nothing was counted for the post has no row. */
public record PostActivity(long windowStartMs, String postId, long likes, long unlikes, long comments, long shares) {}
