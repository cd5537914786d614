package io.tidegate.jobs.aggregation.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.PostCounters;
import io.tidegate.jobs.aggregation.EventKind;
import io.tidegate.jobs.aggregation.posts.PostAction;
import io.tidegate.jobs.source.ProtobufTypeInfo;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class LiveCountersTest {

    private static final TypeSerializer<Counter> COUNTERS =
            new ProtobufTypeInfo<>(Counter.class).createSerializer(new SerializerConfigImpl());

    @Test
    void manyActionsInAnIntervalAreOneCounter() throws Exception {
        try (var harness = totals(10)) {
            harness.open();
            for (int i = 0; i < 50; i++) {
                harness.processElement(action("p1", EventKind.LIKE), 0);
            }
            harness.processElement(action("p1", EventKind.UNLIKE), 0);
            harness.processElement(action("p1", EventKind.COMMENT), 0);
            harness.processElement(action("p1", EventKind.SHARE), 0);
            harness.setProcessingTime(249);
            assertThat(harness.extractOutputValues()).isEmpty();
            harness.setProcessingTime(250);
            harness.setProcessingTime(10_000);

            assertThat(harness.extractOutputValues())
                    .extracting(
                            Counter::getUpdatedAtMs,
                            counter -> counter.getPost().getPostId(),
                            counter -> counter.getPost().getLikes(),
                            counter -> counter.getPost().getComments(),
                            counter -> counter.getPost().getShares())
                    .containsExactly(tuple(250L, "p1", 49L, 1L, 1L));
        }
    }

    @Test
    void totalsGoOnAfterARestoreAndACounterThatWasDueIsWritten() throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = totals(10)) {
            harness.open();
            harness.processElement(action("p1", EventKind.LIKE), 0);
            harness.setProcessingTime(250);
            harness.processElement(action("p2", EventKind.LIKE), 0);
            snapshot = harness.snapshot(1, 1);
        }

        try (var harness = totals(10)) {
            harness.initializeState(snapshot);
            harness.open();
            harness.processElement(action("p1", EventKind.LIKE), 0);
            harness.setProcessingTime(1_000);

            assertThat(harness.extractOutputValues())
                    .extracting(counter -> counter.getPost().getPostId(), counter -> counter.getPost()
                            .getLikes())
                    .containsExactlyInAnyOrder(tuple("p1", 2L), tuple("p2", 1L));
        }
    }

    @Test
    void theRankingIsToldWhenItChangedAndNotMoreOftenThanItsInterval() throws Exception {
        try (var harness = totals(2)) {
            harness.open();
            harness.setProcessingTime(1);
            assertThat(rankings(harness)).containsExactly(List.of());
            harness.processElement(action("a", EventKind.LIKE), 0);
            harness.processElement(action("b", EventKind.LIKE), 0);
            harness.processElement(action("b", EventKind.LIKE), 0);
            harness.processElement(action("c", EventKind.COMMENT), 0);
            harness.setProcessingTime(251);
            harness.setProcessingTime(5_000);

            assertThat(rankings(harness))
                    .containsExactly(List.of(), List.of(new RankedPost("b", 2, 0, 0), new RankedPost("a", 1, 0, 0)));
        }
    }

    @Test
    void theRankingOfAllPostsIsThereAgainAfterARestore() throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = totals(1)) {
            harness.open();
            for (String post : List.of("a", "a", "a", "b", "b", "c")) {
                harness.processElement(action(post, EventKind.LIKE), 0);
            }
            snapshot = harness.snapshot(1, 1);
        }

        try (var harness = totals(1)) {
            harness.initializeState(snapshot);
            harness.open();
            // given that the leaders sink below a post that no ranking told of
            for (String post : List.of("a", "a", "a", "b", "b")) {
                harness.processElement(action(post, EventKind.UNLIKE), 0);
            }
            harness.setProcessingTime(1_000);

            assertThat(rankings(harness)).endsWith(List.of(new RankedPost("c", 1, 0, 0)));
        }
    }

    @Test
    void theLeaderboardWaitsForEveryShareThenMergesThem() throws Exception {
        try (var harness = leaderboard(3)) {
            harness.open();
            harness.processElement(ranking(0, new RankedPost("a", 5, 0, 0), new RankedPost("d", 1, 0, 0)), 0);
            harness.setProcessingTime(1_000);
            assertThat(harness.extractOutputValues()).isEmpty();

            harness.processElement(ranking(1, new RankedPost("b", 5, 2, 1), new RankedPost("c", 3, 0, 0)), 0);
            harness.setProcessingTime(1_001);

            assertThat(posts(harness)).containsExactly(List.of("a", "b", "c"));
            assertThat(harness.extractOutputValues().get(0).getPostLeaderboard().getPosts(1))
                    .isEqualTo(PostCounters.newBuilder()
                            .setPostId("b")
                            .setLikes(5)
                            .setComments(2)
                            .setShares(1)
                            .build());
        }
    }

    @Test
    void theLeaderboardIsWrittenAtMostOnceAnIntervalAndOnlyWhenItChanged() throws Exception {
        try (var harness = leaderboard(2)) {
            harness.open();
            harness.setProcessingTime(10_000);
            harness.processElement(ranking(0), 0);
            harness.processElement(ranking(1, new RankedPost("a", 1, 0, 0)), 0);
            harness.setProcessingTime(10_001);
            harness.processElement(ranking(1, new RankedPost("a", 2, 0, 0)), 0);
            harness.processElement(ranking(1, new RankedPost("b", 3, 0, 0)), 0);
            harness.setProcessingTime(10_500);
            assertThat(posts(harness)).containsExactly(List.of("a"));
            harness.setProcessingTime(10_501);
            assertThat(posts(harness)).containsExactly(List.of("a"), List.of("b"));

            harness.processElement(ranking(1, new RankedPost("b", 3, 0, 0)), 0);
            harness.setProcessingTime(20_000);
            assertThat(posts(harness)).hasSize(2);
        }
    }

    private static PostAction action(String post, EventKind kind) {
        return new PostAction(0, 0, post, kind);
    }

    private static Ranking ranking(int share, RankedPost... posts) {
        return new Ranking(share, 2, List.of(posts));
    }

    private static List<List<RankedPost>> rankings(KeyedOneInputStreamOperatorTestHarness<?, ?, ?> harness) {
        return harness.getSideOutput(PostTotalsOperator.RANKINGS).stream()
                .map(element -> element.getValue().posts())
                .toList();
    }

    private static List<List<String>> posts(OneInputStreamOperatorTestHarness<?, Counter> harness) {
        return harness.extractOutputValues().stream()
                .map(counter -> counter.getPostLeaderboard().getPostsList().stream()
                        .map(PostCounters::getPostId)
                        .toList())
                .toList();
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, PostAction, Counter> totals(int size)
            throws Exception {
        KeyedOneInputStreamOperatorTestHarness<String, PostAction, Counter> harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new PostTotalsOperator(Duration.ofMillis(250), Duration.ofMillis(250), size),
                        PostAction::postId,
                        Types.STRING);
        harness.setup(COUNTERS);
        return harness;
    }

    private static OneInputStreamOperatorTestHarness<Ranking, Counter> leaderboard(int size) throws Exception {
        OneInputStreamOperatorTestHarness<Ranking, Counter> harness =
                new OneInputStreamOperatorTestHarness<>(new LeaderboardOperator(Duration.ofMillis(500), size));
        harness.setup(COUNTERS);
        return harness;
    }
}
