package io.tidegate.jobs.aggregation.posts;

import io.tidegate.jobs.Uids;
import io.tidegate.jobs.aggregation.AggregationSettings;
import io.tidegate.jobs.aggregation.pane.PaneAggregation;
import io.tidegate.jobs.aggregation.pane.PaneGrid;
import java.time.Duration;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** Likes, unlikes, comments and shares per minute and post. */
public final class PostActivity extends PaneAggregation<PostActivityKey, PostAction, PostTally, PostActivityRow> {

    private static final long serialVersionUID = 1L;

    PostActivity(PaneGrid grid, Duration flushInterval) {
        super(grid, flushInterval);
    }

    public static SingleOutputStreamOperator<PostActivityRow> of(
            DataStream<PostAction> actions, AggregationSettings settings) {
        return actions.keyBy(PostAction::activityKey, TypeInformation.of(PostActivityKey.class))
                .process(new PostActivity(settings.sumPanes(), settings.flushInterval()))
                .returns(PostActivityRow.class)
                .name("post activity")
                .uid(Uids.Aggregation.POST_ACTIVITY);
    }

    @Override
    protected TypeSerializer<PostTally> sumSerializer(RuntimeContext context) {
        return context.createSerializer(TypeInformation.of(PostTally.class));
    }

    @Override
    protected PostTally empty() {
        return PostTally.NONE;
    }

    @Override
    protected PostTally add(PostTally sum, PostAction action) {
        return sum.plus(action.kind());
    }

    @Override
    protected PostActivityRow row(PostActivityKey key, PostTally sum, long version, long updatedAtMs) {
        return new PostActivityRow(key, sum, version, updatedAtMs);
    }
}
