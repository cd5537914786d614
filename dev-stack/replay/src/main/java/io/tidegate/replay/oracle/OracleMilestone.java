package io.tidegate.replay.oracle;

/**
 * A post's net likes (likes − unlikes) reached {@code likes} for the first time.
 *
 * @param recipient the author: of the {@code post} event, else the {@code authorId} that came last up to and with the
 *     completing like; empty where nobody is known
 * @param eventId the like that reached it
 */
public record OracleMilestone(String postId, long likes, String recipient, String eventId, long reachedAtMs) {}
