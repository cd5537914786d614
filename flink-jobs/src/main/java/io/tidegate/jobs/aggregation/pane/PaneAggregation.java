package io.tidegate.jobs.aggregation.pane;

import java.time.Duration;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Adds up the events of a pane and writes its row, absolute and versioned: an interval of processing time after the first
 * change that isn't written yet, so at most once per interval. The pane is forgotten, its last change written, when the
 * watermark, which is append time, passes its end: an event that comes after that was given a later pane.
 *
 * @param <K> the key of the row
 * @param <E> what is added
 * @param <A> the sum; a mutable one may be changed in place
 * @param <R> the row
 */
public abstract class PaneAggregation<K extends PaneKey, E, A, R> extends KeyedProcessFunction<K, E, R> {

    private static final long serialVersionUID = 1L;

    private final PaneGrid grid;
    private final long flushIntervalMs;

    private transient ValueState<Pane<A>> panes;
    private transient Counter latePanes;

    protected PaneAggregation(PaneGrid grid, Duration flushInterval) {
        this.grid = Objects.requireNonNull(grid, "grid");
        this.flushIntervalMs = flushInterval.toMillis();
    }

    /** How the sum is kept in state. */
    protected abstract TypeSerializer<A> sumSerializer(RuntimeContext context);

    /** The sum before any event. */
    protected abstract A empty();

    /** The sum with {@code event}. Keeps nothing of {@code event}. */
    protected abstract A add(A sum, E event);

    /** @param version grows from row to row of a key; never used twice for two contents */
    protected abstract R row(K key, A sum, long version, long updatedAtMs);

    @Override
    public void open(OpenContext context) {
        panes = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("pane", new PaneSerializer<>(sumSerializer(getRuntimeContext()))));
        latePanes = getRuntimeContext().getMetricGroup().counter("latePanes");
    }

    @Override
    public final void processElement(E event, Context context, Collector<R> out) throws Exception {
        Pane<A> pane = panes.value();
        if (pane == null) {
            K key = context.getCurrentKey();
            if (key.paneMs() != key.windowStartMs()) {
                latePanes.inc();
            }
            pane = new Pane<>(empty(), 0, Pane.CLEAN);
            context.timerService().registerEventTimeTimer(grid.lastMs(key.paneMs()));
        }
        pane.content = add(pane.content, event);
        if (pane.flushAtMs == Pane.CLEAN) {
            pane.flushAtMs = context.timerService().currentProcessingTime() + flushIntervalMs;
            context.timerService().registerProcessingTimeTimer(pane.flushAtMs);
        }
        panes.update(pane);
    }

    @Override
    public final void onTimer(long timestamp, OnTimerContext context, Collector<R> out) throws Exception {
        Pane<A> pane = panes.value();
        if (pane == null) {
            return;
        }
        boolean ends = context.timeDomain() == TimeDomain.EVENT_TIME;
        if (pane.flushAtMs != Pane.CLEAN) {
            if (ends) {
                context.timerService().deleteProcessingTimeTimer(pane.flushAtMs);
            }
            long nowMs = context.timerService().currentProcessingTime();
            pane.version = Math.max(pane.version + 1, nowMs);
            pane.flushAtMs = Pane.CLEAN;
            out.collect(row(context.getCurrentKey(), pane.content, pane.version, nowMs));
        }
        if (ends) {
            panes.clear();
        } else {
            panes.update(pane);
        }
    }
}
