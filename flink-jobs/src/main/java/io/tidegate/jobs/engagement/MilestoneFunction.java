package io.tidegate.jobs.engagement;

import io.tidegate.contracts.v1.Notification;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Tells an author that a post reached 10, 100, 1,000, 10,000 or 100,000 likes net of unlikes; each once per post for ever,
 * however likes are undone and repeated. While the author is unknown, what was reached waits. Keyed by post; the state of a post
 * (some 50 bytes) stays, since that's what "for ever" takes.
 */
final class MilestoneFunction extends KeyedProcessFunction<String, EngagementEvent, Notification> {

    private static final long serialVersionUID = 1L;

    static final long[] MILESTONES = {10, 100, 1_000, 10_000, 100_000};

    /**
     * @param netLikes likes minus unlikes
     * @param reached a bit per milestone, lowest first
     * @param told a bit per milestone the author was told of
     * @param author empty while unknown
     * @param authorPosted the author is known from the post itself, which beats what others say
     */
    public record PostLikes(long netLikes, int reached, int told, String author, boolean authorPosted) {}

    private transient ValueState<PostLikes> state;

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("post-likes", TypeInformation.of(PostLikes.class)));
    }

    @Override
    public void processElement(EngagementEvent event, Context context, Collector<Notification> out) throws Exception {
        PostLikes before = state.value();
        if (before == null) {
            before = new PostLikes(0, 0, 0, "", false);
        }
        long netLikes = before.netLikes() + change(event.kind());
        int reached = before.reached();
        for (int i = 0; i < MILESTONES.length && netLikes >= MILESTONES[i]; i++) {
            reached |= 1 << i;
        }
        boolean posted = event.kind() == EngagementEvent.Kind.POST;
        String author = before.author();
        // The first who posted it; until then the first whom anybody names.
        if (posted && !before.authorPosted() || author.isEmpty()) {
            author = event.authorId();
        }
        int told = before.told();
        if (!author.isEmpty()) {
            for (int i = 0; i < MILESTONES.length; i++) {
                if ((reached & ~told & 1 << i) != 0) {
                    out.collect(Notifications.milestone(author, event.postId(), MILESTONES[i], event.atMs()));
                }
            }
            told = reached;
        }
        state.update(new PostLikes(netLikes, reached, told, author, posted || before.authorPosted()));
    }

    private static int change(EngagementEvent.Kind kind) {
        return switch (kind) {
            case LIKE -> 1;
            case UNLIKE -> -1;
            default -> 0;
        };
    }
}
