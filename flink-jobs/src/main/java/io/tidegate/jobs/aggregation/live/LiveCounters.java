package io.tidegate.jobs.aggregation.live;

import io.tidegate.contracts.v1.Counter;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.aggregation.AggregationSettings;
import io.tidegate.jobs.aggregation.posts.PostAction;
import io.tidegate.jobs.source.ProtobufTypeInfo;
import io.tidegate.jobs.source.TextKeys;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** The counter of each post, and the leaderboard. */
public final class LiveCounters {

    private LiveCounters() {}

    public static DataStream<Counter> of(DataStream<PostAction> actions, AggregationSettings settings) {
        ProtobufTypeInfo<Counter> counterType = new ProtobufTypeInfo<>(Counter.class);
        SingleOutputStreamOperator<Counter> totals = actions.keyBy(PostAction::postId, TextKeys.TYPE)
                .transform(
                        "post totals",
                        counterType,
                        // Half the leaderboard's interval: the merge behind has the other half.
                        new PostTotalsOperator(
                                settings.counterInterval(),
                                settings.leaderboardInterval().dividedBy(2),
                                settings.leaderboardSize()))
                .uid(Uids.Aggregation.POST_TOTALS);
        SingleOutputStreamOperator<Counter> leaderboard = totals.getSideOutput(PostTotalsOperator.RANKINGS)
                .transform(
                        "leaderboard",
                        counterType,
                        new LeaderboardOperator(settings.leaderboardInterval(), settings.leaderboardSize()))
                .uid(Uids.Aggregation.LEADERBOARD)
                // One, but with the maximum of all others: with one task it is chained to them, and its state is stored
                // under theirs.
                .setParallelism(1);
        return totals.union(leaderboard);
    }
}
