package io.tidegate.jobs.aggregation.posts;

import io.tidegate.jobs.aggregation.EventKind;

/** A like, unlike, comment or share in its pane. */
public record PostAction(long windowStartMs, long paneMs, String postId, EventKind kind) {

    PostActivityKey activityKey() {
        return new PostActivityKey(windowStartMs, paneMs, postId);
    }
}
