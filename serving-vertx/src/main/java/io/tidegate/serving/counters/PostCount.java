package io.tidegate.serving.counters;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.contracts.v1.PostCounters;
import java.io.IOException;

/**
 * All-time totals of one post.
 *
 * @param likes net of unlikes
 */
record PostCount(String postId, long likes, long comments, long shares) {

    static PostCount zero(String postId) {
        return new PostCount(postId, 0, 0, 0);
    }

    static PostCount of(PostCounters counters) {
        return new PostCount(counters.getPostId(), counters.getLikes(), counters.getComments(), counters.getShares());
    }

    PostCounters message() {
        return PostCounters.newBuilder()
                .setPostId(postId)
                .setLikes(likes)
                .setComments(comments)
                .setShares(shares)
                .build();
    }

    /** In the shape of the contract. */
    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("postId", postId);
        json.writeNumberField("likes", likes);
        json.writeNumberField("comments", comments);
        json.writeNumberField("shares", shares);
        json.writeEndObject();
    }
}
