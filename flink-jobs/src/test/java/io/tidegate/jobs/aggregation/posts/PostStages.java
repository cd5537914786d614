package io.tidegate.jobs.aggregation.posts;

import io.tidegate.jobs.aggregation.KeyedStage;
import io.tidegate.jobs.aggregation.pane.PaneGrid;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/** {@link PostActivity}, for pipelines under a clock of the test. */
public final class PostStages {

    private PostStages() {}

    public static KeyedStage<PostActivityKey, PostAction, PostActivityRow> activity(
            PaneGrid grid, OperatorSubtaskState restored, long nowMs, Consumer<PostActivityRow> downstream)
            throws Exception {
        return KeyedStage.start(
                new PostActivity(grid, Duration.ofSeconds(1)),
                PostAction::activityKey,
                PostActivityKey.class,
                restored,
                nowMs,
                downstream);
    }
}
