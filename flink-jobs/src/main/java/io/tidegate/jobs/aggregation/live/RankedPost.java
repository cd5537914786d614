package io.tidegate.jobs.aggregation.live;

import java.util.Comparator;

/** A post with its all-time totals; {@code likes} is net of unlikes. */
public record RankedPost(String postId, long likes, long comments, long shares) {

    /** Best first: the most likes, and of equals the smaller post id. */
    static final Comparator<RankedPost> BEST_FIRST =
            Comparator.comparingLong(RankedPost::likes).reversed().thenComparing(RankedPost::postId);
}
