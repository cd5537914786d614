package io.tidegate.jobs.aggregation;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.DetectionTime;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobMain;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.aggregation.bets.BetStatsRowEncoder;
import io.tidegate.jobs.aggregation.counts.EventCountRowEncoder;
import io.tidegate.jobs.aggregation.posts.PostActivityRowEncoder;
import io.tidegate.jobs.clickhouse.ClickHouseSink;
import io.tidegate.jobs.clickhouse.RowEncoder;
import io.tidegate.jobs.clickhouse.client.ClickHouseClientConfig;
import io.tidegate.jobs.kafka.TopicSink;
import io.tidegate.jobs.source.TopicSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Job {@code aggregation}. */
public final class AggregationJob implements Job {

    public static void main(String[] args) throws Exception {
        JobMain.run(new AggregationJob(), args);
    }

    @Override
    public String name() {
        return "aggregation";
    }

    @Override
    public boolean isUrgent() {
        return false;
    }

    @Override
    public void define(StreamExecutionEnvironment env, JobConfig config) {
        env.setMaxParallelism(MAX_PARALLELISM);
        // Windows are of occurred_at whatever the clock of detection: the watermark, of append time, only says how far
        // the
        // topic has been read. Dead letters are the archive's to write.
        TopicSource.Streams<Event> events =
                TopicSource.eventsForDetection(env, config.withDetectionTime(DetectionTime.APPEND), name());
        AggregationPipeline.Outputs outputs = AggregationPipeline.define(
                events.records(), config.deduplicationHorizon(), AggregationSettings.DEFAULTS);
        String database = config.clickhouse().database();
        store(outputs.eventCounts(), new EventCountRowEncoder(database), config, Uids.Aggregation.EVENT_COUNTS_SINK);
        store(
                outputs.postActivity(),
                new PostActivityRowEncoder(database),
                config,
                Uids.Aggregation.POST_ACTIVITY_SINK);
        store(outputs.betStats(), new BetStatsRowEncoder(database), config, Uids.Aggregation.BET_STATS_SINK);
        outputs.counters()
                .sinkTo(TopicSink.counters(config))
                .name("topic " + Topics.COUNTERS)
                .uid(Uids.Aggregation.COUNTERS_SINK);
    }

    private static <T> void store(DataStream<T> rows, RowEncoder<T> encoder, JobConfig config, String uid) {
        rows.sinkTo(ClickHouseSink.of(encoder, ClickHouseClientConfig.ofShards(config.clickhouse()))
                        .lineage(config.lineage())
                        .build())
                .name("table " + encoder.table().table())
                .uid(uid);
    }
}
