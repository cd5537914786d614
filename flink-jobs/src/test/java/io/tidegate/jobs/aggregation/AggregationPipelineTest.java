package io.tidegate.jobs.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.PostCounters;
import io.tidegate.contracts.v1.PostLeaderboard;
import io.tidegate.jobs.aggregation.bets.BetStatsRow;
import io.tidegate.jobs.aggregation.counts.EventCountRow;
import io.tidegate.jobs.aggregation.posts.PostActivityRow;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.jobs.source.SourceRecordTypeInfo;
import io.tidegate.replay.oracle.OracleEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pipeline of production on a cluster: repeats, disorder, history. */
class AggregationPipelineTest {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    private static final long START = Instant.parse("2026-11-22T09:17:00Z").toEpochMilli();

    @ParameterizedTest
    @ValueSource(longs = {101, 102})
    void rowsAndCountersEqualTheOracle(long seed) throws Exception {
        List<Arrival> arrivals = new RandomEvents(seed).arrivals(1_500, START, Duration.ofHours(8));
        StreamExecutionEnvironment env = environment();

        AggregationPipeline.Outputs outputs = AggregationPipeline.define(
                env.fromData(arrivals.stream().map(Arrival::record).toList(), new SourceRecordTypeInfo<>(Event.class))
                        .assignTimestampsAndWatermarks(WatermarkStrategy.<SourceRecord<Event>>forMonotonousTimestamps()
                                .withTimestampAssigner((record, previous) -> record.appendedAtMs()))
                        .setParallelism(1)
                        // As the topic does: a user's events stay in order.
                        .keyBy(record -> record.message().getUserId(), Types.STRING),
                Duration.ofHours(1),
                AggregationSettings.DEFAULTS);
        CloseableIterator<EventCountRow> eventCounts = outputs.eventCounts().collectAsync();
        CloseableIterator<PostActivityRow> postActivity = outputs.postActivity().collectAsync();
        CloseableIterator<BetStatsRow> betStats = outputs.betStats().collectAsync();
        CloseableIterator<Counter> counters = outputs.counters().collectAsync();
        env.executeAsync("aggregation");

        WindowTables tables = new WindowTables();
        eventCounts.forEachRemaining(tables::insert);
        postActivity.forEachRemaining(tables::insert);
        betStats.forEachRemaining(tables::insert);
        List<OracleEvent> events = arrivals.stream().map(Arrival::event).toList();
        tables.assertEqualTheOracleOf(events);
        assertThat(tables.furtherPanes()).isPositive();

        Map<String, PostCounters> posts = new HashMap<>();
        PostLeaderboard[] leaderboard = new PostLeaderboard[1];
        counters.forEachRemaining(counter -> {
            if (counter.hasPost()) {
                posts.put(counter.getPost().getPostId(), counter.getPost());
            } else {
                leaderboard[0] = counter.getPostLeaderboard();
            }
        });
        List<PostCounters> expected = PlainCounts.of(events);
        assertThat(posts.values()).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(leaderboard[0].getPostsList()).isEqualTo(PlainCounts.leaderboard(expected, 100));
    }

    private static StreamExecutionEnvironment environment() {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        return env;
    }
}
