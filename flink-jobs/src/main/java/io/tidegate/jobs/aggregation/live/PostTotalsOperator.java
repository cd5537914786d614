package io.tidegate.jobs.aggregation.live;

import io.tidegate.contracts.v1.Counter;
import io.tidegate.jobs.aggregation.posts.PostAction;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Keyed by post: keeps its all-time totals and writes them when they have changed, an interval after the first change; beside
 * that, the {@link Ranking} of the posts of this instance.
 *
 * <p>An operator of its own and no function, because a ranking looks at all keys: {@link TopPosts} isn't state, it is filled
 * from the totals after a restart and in the rare case that it runs short.
 */
final class PostTotalsOperator extends AbstractStreamOperator<Counter>
        implements OneInputStreamOperator<PostAction, Counter>, Triggerable<String, VoidNamespace> {

    private static final long serialVersionUID = 1L;

    static final OutputTag<Ranking> RANKINGS = new OutputTag<>("rankings", TypeInformation.of(Ranking.class));

    private final long counterIntervalMs;
    private final long rankingIntervalMs;
    private final int rankingSize;

    private transient ValueStateDescriptor<PostTotals> descriptor;
    private transient ValueState<PostTotals> totals;
    private transient InternalTimerService<VoidNamespace> timers;
    private transient TopPosts top;
    private transient List<RankedPost> lastRanking;
    private transient boolean rankingDue;

    PostTotalsOperator(Duration counterInterval, Duration rankingInterval, int rankingSize) {
        this.counterIntervalMs = counterInterval.toMillis();
        this.rankingIntervalMs = rankingInterval.toMillis();
        this.rankingSize = rankingSize;
    }

    @Override
    public void open() throws Exception {
        super.open();
        descriptor = new ValueStateDescriptor<>("totals", TypeInformation.of(PostTotals.class));
        totals = getPartitionedState(descriptor);
        timers = getInternalTimerService("counters", VoidNamespaceSerializer.INSTANCE, this);
        top = new TopPosts(rankingSize);
        rank();
        // The stage behind keeps nothing over a restart: it waits for the ranking of every instance, an empty one too.
        scheduleRanking(0);
    }

    @Override
    public void processElement(StreamRecord<PostAction> element) throws Exception {
        PostAction action = element.getValue();
        PostTotals before = totals.value();
        if (before == null) {
            before = PostTotals.NONE;
        }
        long flushAtMs = before.flushAtMs();
        if (!before.dirty()) {
            flushAtMs = timers.currentProcessingTime() + counterIntervalMs;
            timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, flushAtMs);
        }
        PostTotals after = new PostTotals(before.tally().plus(action.kind()), flushAtMs);
        totals.update(after);
        if (top.offer(after.ranked(action.postId())) && !rankingDue) {
            scheduleRanking(rankingIntervalMs);
        }
    }

    @Override
    public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
        PostTotals due = totals.value();
        if (due != null && due.dirty()) {
            flush(timer.getKey(), due);
        }
    }

    @Override
    public void onEventTime(InternalTimer<String, VoidNamespace> timer) {
        throw new IllegalStateException("no event-time timer is ever registered");
    }

    /** The end of a bounded input: no timer fires after it. */
    @Override
    public void finish() throws Exception {
        forEachPost((postId, post) -> {
            if (post.dirty()) {
                flush(postId, post);
            }
        });
        emitRanking();
        super.finish();
    }

    private void flush(String postId, PostTotals due) throws Exception {
        totals.update(due.flushed());
        output.collect(new StreamRecord<>(due.counter(postId, timers.currentProcessingTime())));
    }

    private void scheduleRanking(long delayMs) {
        rankingDue = true;
        getProcessingTimeService()
                .registerTimer(getProcessingTimeService().getCurrentProcessingTime() + delayMs, time -> {
                    rankingDue = false;
                    emitRanking();
                });
    }

    private void emitRanking() throws Exception {
        if (top.incomplete()) {
            rank();
        }
        List<RankedPost> ranking = top.best();
        if (!ranking.equals(lastRanking)) {
            lastRanking = ranking;
            int share = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
            int shares = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
            output.collect(RANKINGS, new StreamRecord<>(new Ranking(share, shares, ranking)));
        }
    }

    private void rank() throws Exception {
        top.clear();
        forEachPost((postId, post) -> top.offer(post.ranked(postId)));
    }

    private void forEachPost(PostVisitor visitor) throws Exception {
        this.<String>getKeyedStateBackend()
                .applyToAllKeys(
                        VoidNamespace.INSTANCE,
                        VoidNamespaceSerializer.INSTANCE,
                        descriptor,
                        (postId, state) -> visitor.visit(postId, state.value()));
    }

    /** Sees each post that has totals. */
    @FunctionalInterface
    private interface PostVisitor {
        void visit(String postId, PostTotals totals) throws Exception;
    }
}
