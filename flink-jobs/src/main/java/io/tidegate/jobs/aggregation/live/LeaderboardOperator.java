package io.tidegate.jobs.aggregation.live;

import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.PostCounters;
import io.tidegate.contracts.v1.PostLeaderboard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The best posts of all: merges the {@link Ranking}s of all shares, with parallelism 1, and writes the leaderboard when it has
 * changed, at most once an interval. A post of the leaderboard leads the ranking of its share, so nothing is missed.
 *
 * <p>Has no state: after a restart every share tells its ranking anew, and until the last has, nothing is written.
 */
final class LeaderboardOperator extends AbstractStreamOperator<Counter>
        implements OneInputStreamOperator<Ranking, Counter> {

    private static final long serialVersionUID = 1L;

    private final long intervalMs;
    private final int size;

    private transient List<List<RankedPost>> rankings;
    private transient List<RankedPost> lastLeaderboard;
    private transient long lastEmittedMs;
    private transient boolean due;

    LeaderboardOperator(Duration interval, int size) {
        this.intervalMs = interval.toMillis();
        this.size = size;
    }

    @Override
    public void open() throws Exception {
        super.open();
        rankings = new ArrayList<>();
        lastEmittedMs = Long.MIN_VALUE / 2;
    }

    @Override
    public void processElement(StreamRecord<Ranking> element) {
        Ranking ranking = element.getValue();
        while (rankings.size() < ranking.shares()) {
            rankings.add(null);
        }
        rankings.set(ranking.share(), ranking.posts());
        if (!due && !rankings.contains(null)) {
            due = true;
            long nowMs = getProcessingTimeService().getCurrentProcessingTime();
            getProcessingTimeService().registerTimer(Math.max(nowMs, lastEmittedMs + intervalMs), time -> emit());
        }
    }

    /** The end of a bounded input: no timer fires after it. */
    @Override
    public void finish() throws Exception {
        if (due) {
            emit();
        }
        super.finish();
    }

    private void emit() {
        due = false;
        List<RankedPost> leaderboard = rankings.stream()
                .flatMap(List::stream)
                .sorted(RankedPost.BEST_FIRST)
                .limit(size)
                .toList();
        if (leaderboard.equals(lastLeaderboard)) {
            return;
        }
        lastLeaderboard = leaderboard;
        lastEmittedMs = getProcessingTimeService().getCurrentProcessingTime();
        output.collect(new StreamRecord<>(counter(leaderboard, lastEmittedMs)));
    }

    private static Counter counter(List<RankedPost> leaderboard, long nowMs) {
        PostLeaderboard.Builder posts = PostLeaderboard.newBuilder();
        for (RankedPost post : leaderboard) {
            posts.addPosts(PostCounters.newBuilder()
                    .setPostId(post.postId())
                    .setLikes(post.likes())
                    .setComments(post.comments())
                    .setShares(post.shares()));
        }
        return Counter.newBuilder()
                .setUpdatedAtMs(nowMs)
                .setPostLeaderboard(posts)
                .build();
    }
}
