package io.tidegate.jobs.surge;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Counts what came behind the watermark of detection. On append time that can't happen while ticks flow: a count above zero is
 * an alarm. The events themselves are stored by {@code archive}.
 */
final class LateEvents extends ProcessFunction<SurgeEvent, Void> {

    private static final long serialVersionUID = 1L;

    private transient Counter late;

    @Override
    public void open(OpenContext context) {
        late = getRuntimeContext().getMetricGroup().counter("lateRecords");
    }

    @Override
    public void processElement(SurgeEvent event, Context context, Collector<Void> out) {
        late.inc();
    }
}
