package io.tidegate.jobs.aggregation;

import io.tidegate.contracts.v1.PostCounters;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleEvent;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the counters of posts must be in the end, counted one by one. */
final class PlainCounts {

    private PlainCounts() {}

    static List<PostCounters> of(List<OracleEvent> arrivals) {
        Map<String, List<OracleEvent>> byPost = Oracle.distinct(arrivals).stream()
                .filter(event -> switch (event.type()) {
                    case LIKE, UNLIKE, COMMENT, SHARE -> true;
                    default -> false;
                })
                .collect(Collectors.groupingBy(OracleEvent::postId));
        return byPost.entrySet().stream()
                .map(entry -> PostCounters.newBuilder()
                        .setPostId(entry.getKey())
                        .setLikes(count(entry.getValue(), EventType.LIKE) - count(entry.getValue(), EventType.UNLIKE))
                        .setComments(count(entry.getValue(), EventType.COMMENT))
                        .setShares(count(entry.getValue(), EventType.SHARE))
                        .build())
                .toList();
    }

    static List<PostCounters> leaderboard(List<PostCounters> posts, int size) {
        return posts.stream()
                .filter(post -> post.getLikes() > 0)
                .sorted(Comparator.comparingLong(PostCounters::getLikes)
                        .reversed()
                        .thenComparing(PostCounters::getPostId))
                .limit(size)
                .toList();
    }

    private static long count(List<OracleEvent> events, EventType type) {
        return events.stream().filter(event -> event.type() == type).count();
    }
}
