package io.tidegate.jobs.archive;

import com.google.protobuf.MessageLite;
import io.tidegate.jobs.source.DeadLetter;
import io.tidegate.jobs.source.SourceRecord;
import java.io.Serializable;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Turns away messages that decode and yet can't become a row: bytes that happen to parse must not stop the job, nor
 * land in a partition of the year 1970.
 */
final class PlacementGate<M extends MessageLite> extends ProcessFunction<SourceRecord<M>, SourceRecord<M>> {

    private static final long serialVersionUID = 1L;

    static final OutputTag<DeadLetter> DEAD_LETTERS =
            new OutputTag<>("unplaceable", TypeInformation.of(DeadLetter.class));

    private final String topic;
    private final Check<M> check;

    private transient Counter deadLetters;

    PlacementGate(String topic, Check<M> check) {
        this.topic = topic;
        this.check = check;
    }

    @Override
    public void processElement(SourceRecord<M> record, Context context, Collector<SourceRecord<M>> out) {
        String problem = check.problemOf(record.message());
        if (problem.isEmpty()) {
            out.collect(record);
            return;
        }
        if (deadLetters == null) {
            deadLetters = getRuntimeContext().getMetricGroup().counter("deadLetters");
        }
        deadLetters.inc();
        context.output(
                DEAD_LETTERS,
                new DeadLetter(
                        topic,
                        record.partition(),
                        record.offset(),
                        null,
                        record.message().toByteArray(),
                        DeadLetter.MISSING_FIELD,
                        problem));
    }

    /** What keeps a message from becoming a row; empty for nothing. */
    @FunctionalInterface
    interface Check<M extends MessageLite> extends Serializable {
        String problemOf(M message);
    }
}
