package io.tidegate.jobs.fraud;

import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Sends each event to the subjects whose rules it concerns: the user's by the main output, the others by {@link #SHARED}. */
final class SubjectRouter extends ProcessFunction<FraudEvent, FraudEvent> {

    private static final long serialVersionUID = 1L;

    static final OutputTag<SubjectEvent> SHARED = new OutputTag<>("shared", SubjectEventWire.TYPE);

    private final FraudPattern[] shared;
    private transient SideOutput side;

    /** @param shared the patterns about what users share; only which subjects they have matters here */
    SubjectRouter(List<FraudPattern> shared) {
        this.shared = shared.toArray(FraudPattern[]::new);
    }

    @Override
    public void open(OpenContext context) {
        side = new SideOutput();
    }

    @Override
    public void processElement(FraudEvent event, Context context, Collector<FraudEvent> out) {
        if (UserDetection.concerns(event)) {
            out.collect(event);
        }
        side.context = context;
        for (FraudPattern pattern : shared) {
            pattern.subjects(event, side);
        }
    }

    private static final class SideOutput implements Collector<SubjectEvent> {

        private ProcessFunction<FraudEvent, FraudEvent>.Context context;

        @Override
        public void collect(SubjectEvent event) {
            context.output(SHARED, event);
        }

        @Override
        public void close() {
            // Nothing of its own.
        }
    }
}
