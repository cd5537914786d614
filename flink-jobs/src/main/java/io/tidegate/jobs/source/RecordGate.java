package io.tidegate.jobs.source;

import com.google.protobuf.MessageLite;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Lets decoded records through and sends dead letters to the side output {@link #DEAD_LETTERS}. */
class RecordGate<M extends MessageLite> extends ProcessFunction<SourceRecord<M>, SourceRecord<M>> {

    private static final long serialVersionUID = 1L;

    static final OutputTag<DeadLetter> DEAD_LETTERS =
            new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));

    private transient Counter deadLetters;

    @Override
    public final void processElement(SourceRecord<M> record, Context context, Collector<SourceRecord<M>> out) {
        if (record.deadLetter() == null) {
            pass(record, out);
            return;
        }
        if (deadLetters == null) {
            deadLetters = getRuntimeContext().getMetricGroup().counter("deadLetters");
        }
        deadLetters.inc();
        context.output(DEAD_LETTERS, record.deadLetter());
    }

    /** Decides about a decoded record: collect it or drop it. */
    void pass(SourceRecord<M> record, Collector<SourceRecord<M>> out) {
        out.collect(record);
    }
}
