package io.tidegate.jobs.aggregation.posts;

import io.tidegate.jobs.aggregation.EventKind;

/** How often each action was taken on a post. */
public record PostTally(long likes, long unlikes, long comments, long shares) {

    public static final PostTally NONE = new PostTally(0, 0, 0, 0);

    /** @param kind an action on a post */
    public PostTally plus(EventKind kind) {
        return switch (kind) {
            case LIKE -> new PostTally(likes + 1, unlikes, comments, shares);
            case UNLIKE -> new PostTally(likes, unlikes + 1, comments, shares);
            case COMMENT -> new PostTally(likes, unlikes, comments + 1, shares);
            case SHARE -> new PostTally(likes, unlikes, comments, shares + 1);
            case POST, BET, BET_OUTCOME, DEPOSIT, WITHDRAWAL, LOGIN ->
                throw new IllegalArgumentException("no action on a post: " + kind);
        };
    }

    /** Likes less unlikes; negative where unlikes came alone. */
    public long netLikes() {
        return likes - unlikes;
    }
}
