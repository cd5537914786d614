package io.tidegate.jobs.aggregation.live;

import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.PostCounters;
import io.tidegate.jobs.aggregation.posts.PostTally;

/**
 * All-time totals of a post in state.
 *
 * @param flushAtMs processing time at which the counter is to be written, or {@link #CLEAN}
 */
public record PostTotals(PostTally tally, long flushAtMs) {

    /** No counter is due. */
    static final long CLEAN = Long.MIN_VALUE;

    static final PostTotals NONE = new PostTotals(PostTally.NONE, CLEAN);

    boolean dirty() {
        return flushAtMs != CLEAN;
    }

    PostTotals flushed() {
        return new PostTotals(tally, CLEAN);
    }

    RankedPost ranked(String postId) {
        return new RankedPost(postId, tally.netLikes(), tally.comments(), tally.shares());
    }

    Counter counter(String postId, long nowMs) {
        return Counter.newBuilder()
                .setUpdatedAtMs(nowMs)
                .setPost(PostCounters.newBuilder()
                        .setPostId(postId)
                        .setLikes(tally.netLikes())
                        .setComments(tally.comments())
                        .setShares(tally.shares()))
                .build();
    }
}
