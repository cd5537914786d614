package io.tidegate.client;

/**
 * All-time totals of a post.
 *
 * @param likes net of unlikes
 */
public record PostCounters(String postId, long likes, long comments, long shares) implements FeedMessage {}
