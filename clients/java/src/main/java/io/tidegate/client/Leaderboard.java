package io.tidegate.client;

import java.util.List;

/**
 * The posts with the most likes of all time.
 *
 * @param posts best first, at most 100
 */
public record Leaderboard(List<PostCounters> posts) implements FeedMessage {

    public Leaderboard {
        posts = List.copyOf(posts);
    }
}
