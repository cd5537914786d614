package io.tidegate.jobs.archive;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobMain;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.clickhouse.ClickHouseSink;
import io.tidegate.jobs.clickhouse.RowEncoder;
import io.tidegate.jobs.clickhouse.client.ClickHouseClientConfig;
import io.tidegate.jobs.completeness.Completeness;
import io.tidegate.jobs.completeness.LedgerRowEncoder;
import io.tidegate.jobs.kafka.TopicSink;
import io.tidegate.jobs.source.TopicSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Job {@code archive}. */
public final class ArchiveJob implements Job {

    public static void main(String[] args) throws Exception {
        JobMain.run(new ArchiveJob(), args);
    }

    @Override
    public String name() {
        return "archive";
    }

    @Override
    public boolean isUrgent() {
        return false;
    }

    @Override
    public void define(StreamExecutionEnvironment env, JobConfig config) {
        env.setMaxParallelism(MAX_PARALLELISM);
        ArchivePipeline.Rows rows = ArchivePipeline.define(
                TopicSource.events(env, config, name()),
                TopicSource.committed(
                        env,
                        config,
                        name(),
                        Topics.ALERTS,
                        Alert.class,
                        AlertRowEncoder::refusalOf,
                        Uids.Archive.ALERTS),
                TopicSource.committed(
                        env,
                        config,
                        name(),
                        Topics.NOTIFICATIONS,
                        Notification.class,
                        NotificationRowEncoder::refusalOf,
                        Uids.Archive.NOTIFICATIONS),
                Completeness.ledger(env, config, name()),
                config.deduplicationHorizon());
        String database = config.clickhouse().database();
        store(rows.events(), new EventRowEncoder(database), config, Uids.Archive.EVENTS_TABLE);
        store(rows.alerts(), new AlertRowEncoder(database), config, Uids.Archive.ALERTS_TABLE);
        store(rows.notifications(), new NotificationRowEncoder(database), config, Uids.Archive.NOTIFICATIONS_TABLE);
        store(rows.completeness(), new LedgerRowEncoder(database), config, Uids.Completeness.TABLE)
                .setParallelism(1);
        rows.deadLetters()
                .sinkTo(TopicSink.deadLetters(config, name()))
                .name(Topics.EVENTS_DLQ)
                .uid(Uids.Archive.DEAD_LETTERS);
    }

    private static <T> DataStreamSink<T> store(
            DataStream<T> rows, RowEncoder<T> encoder, JobConfig config, String uid) {
        return rows.sinkTo(ClickHouseSink.of(encoder, ClickHouseClientConfig.ofShards(config.clickhouse()))
                        .lineage(config.lineage())
                        .build())
                .name("table " + encoder.table().table())
                .uid(uid);
    }
}
