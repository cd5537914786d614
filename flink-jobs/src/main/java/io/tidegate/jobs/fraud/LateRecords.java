package io.tidegate.jobs.fraud;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of events that came behind the watermark, so that a rule could not take them into account: counted as
 * {@code lateRecords}, where more than 0 is an alarm, and the first ones logged. An event counts once for each
 * operator, or rule on CEP, that missed it. The event itself isn't lost: the archive has it.
 */
final class LateRecords extends RichFlatMapFunction<FraudEvent, Void> {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(LateRecords.class);
    private static final int LOGGED = 10;

    private transient Counter lateRecords;

    @Override
    public void open(OpenContext context) {
        lateRecords = getRuntimeContext().getMetricGroup().counter("lateRecords");
    }

    @Override
    public void flatMap(FraudEvent event, Collector<Void> out) {
        lateRecords.inc();
        if (lateRecords.getCount() <= LOGGED) {
            LOG.warn(
                    "Event of partition {} offset {} at {} came behind the watermark; a rule of type {} missed it",
                    event.partition(),
                    event.offset(),
                    event.timeMs(),
                    event.type());
        }
    }
}
