package io.tidegate.jobs.aggregation.posts;

import io.tidegate.jobs.aggregation.pane.PaneKey;

/** The key of a row of {@code post_activity_1m}. */
public record PostActivityKey(long windowStartMs, long paneMs, String postId) implements PaneKey {

    /** Spelled out, see {@link PaneKey}. */
    @Override
    public int hashCode() {
        return (Long.hashCode(windowStartMs) * 31 + Long.hashCode(paneMs)) * 31 + postId.hashCode();
    }
}
