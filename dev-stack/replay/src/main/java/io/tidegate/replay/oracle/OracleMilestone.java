package io.tidegate.replay.oracle;

/**
 * A post's net likes (likes − unlikes) reached {@code likes} for the first time.
 *
 * @param recipient the author: of the post's first {@code post} event, else the first {@code authorId} that anybody named,
 *     as far as known by then; where nobody was, the first who became known; empty where nobody ever was
 * @param eventId the like that reached it
 */
public record OracleMilestone(String postId, long likes, String recipient, String eventId, long reachedAtMs) {}
