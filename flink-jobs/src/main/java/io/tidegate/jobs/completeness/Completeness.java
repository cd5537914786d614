package io.tidegate.jobs.completeness;

import com.google.protobuf.MessageLite;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.LedgerEntry;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.source.DeadLetter;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.jobs.source.TopicSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Puts the counting together: tell it of each stream of the job, then take the {@link #rows}. */
public final class Completeness {

    private final List<DataStream<MinuteCount>> counts = new ArrayList<>();

    /** Topic {@code ledger}: what the gateways accepted. */
    public static TopicSource.Streams<LedgerEntry> ledger(
            StreamExecutionEnvironment env, JobConfig config, String job) {
        return TopicSource.committed(
                env, config, job, Topics.LEDGER, LedgerEntry.class, AcceptedRows::refusalOf, Uids.Completeness.LEDGER);
    }

    /** Records of a topic that are fit, all of them. */
    public <M extends MessageLite> Completeness read(
            SingleOutputStreamOperator<SourceRecord<M>> records, String topic) {
        counts.add(tally(
                        records,
                        new RecordOrigin<>(topic),
                        MinuteTally.Fate.READ,
                        "read " + topic,
                        Uids.Completeness.read(topic))
                // As the stage before, which it then runs in one task with.
                .setParallelism(records.getParallelism()));
        return this;
    }

    /** Those of them that were dropped because the same came before. */
    public <T> Completeness repeated(DataStream<T> repeats, OriginOf<T> origin, String topic) {
        counts.add(tally(
                repeats,
                new NestedOrigin<>(topic, origin),
                MinuteTally.Fate.REPEATED,
                "repeated " + topic,
                Uids.Completeness.repeated(topic)));
        return this;
    }

    /** Records of any of the topics that weren't fit. */
    public Completeness dead(DataStream<DeadLetter> deadLetters) {
        counts.add(tally(
                deadLetters,
                new DeadLetterOrigin(),
                MinuteTally.Fate.DEAD,
                "dead letters counted",
                Uids.Completeness.DEAD));
        return this;
    }

    /**
     * A few rows per partition and second: one subtask, one insert per checkpoint.
     *
     * @param ledger see {@link #ledger}
     */
    public DataStream<LedgerRow> rows(TopicSource.Streams<LedgerEntry> ledger) {
        DataStream<MinuteCount> all = counts.get(0);
        for (DataStream<MinuteCount> more : counts.subList(1, counts.size())) {
            all = all.union(more);
        }
        DataStream<LedgerRow> books = all.keyBy(MinuteCount::book, Types.STRING)
                .process(new MinuteBooks())
                .returns(LedgerRow.class)
                .name("completeness by the minute")
                .uid(Uids.Completeness.BOOKS)
                .setParallelism(1);
        DataStream<LedgerRow> accepted = ledger.records()
                .flatMap(new AcceptedRows())
                .returns(LedgerRow.class)
                .name("accepted by gateways")
                .uid(Uids.Completeness.ACCEPTED)
                .setParallelism(1);
        return books.union(accepted);
    }

    private static <T> SingleOutputStreamOperator<MinuteCount> tally(
            DataStream<T> stream, MinuteTally.Origin<T> origin, MinuteTally.Fate fate, String name, String uid) {
        return stream.transform(name, TypeInformation.of(MinuteCount.class), new MinuteTally<>(origin, fate))
                .uid(uid);
    }

    /** The record that something was made of. */
    @FunctionalInterface
    public interface OriginOf<T> extends java.io.Serializable {
        SourceRecord<?> source(T made);
    }

    private record RecordOrigin<M extends MessageLite>(String topic) implements MinuteTally.Origin<SourceRecord<M>> {

        @Override
        public String topic(SourceRecord<M> record) {
            return topic;
        }

        @Override
        public int partition(SourceRecord<M> record) {
            return record.partition();
        }

        @Override
        public long appendedAtMs(SourceRecord<M> record) {
            return record.appendedAtMs();
        }
    }

    private record NestedOrigin<T>(String topic, OriginOf<T> origin) implements MinuteTally.Origin<T> {

        @Override
        public String topic(T made) {
            return topic;
        }

        @Override
        public int partition(T made) {
            return origin.source(made).partition();
        }

        @Override
        public long appendedAtMs(T made) {
            return origin.source(made).appendedAtMs();
        }
    }

    private record DeadLetterOrigin() implements MinuteTally.Origin<DeadLetter> {

        @Override
        public String topic(DeadLetter letter) {
            return letter.topic();
        }

        @Override
        public int partition(DeadLetter letter) {
            return letter.partition();
        }

        @Override
        public long appendedAtMs(DeadLetter letter) {
            return letter.appendedAtMs();
        }
    }
}
