package io.tidegate.jobs.fraud;

import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Marks the events that no match may begin with, because too many of their user and subject have begun lately: see
 * {@link MatchStarts}. They can still complete a match; {@code floodedEvents} counts them.
 */
final class MatchStartLimit extends KeyedProcessFunction<String, SubjectEvent, SubjectEvent> {

    private static final long serialVersionUID = 1L;

    private final long windowMs;
    private final int free;
    private transient MapState<String, MatchStarts> startsByUser;
    private transient Counter floodedEvents;

    /** @param free see {@link MatchStarts#next} */
    MatchStartLimit(Duration window, int free) {
        this.windowMs = window.toMillis();
        this.free = free;
    }

    @Override
    public void open(OpenContext context) {
        startsByUser = getRuntimeContext()
                .getMapState(
                        new MapStateDescriptor<>("match-starts", Types.STRING, TypeInformation.of(MatchStarts.class)));
        floodedEvents = getRuntimeContext().getMetricGroup().counter("floodedEvents");
    }

    @Override
    public void processElement(SubjectEvent event, Context context, Collector<SubjectEvent> out) throws Exception {
        String user = event.event().userId();
        long timeMs = event.event().timeMs();
        MatchStarts before = startsByUser.get(user);
        MatchStarts after = MatchStarts.next(before, timeMs, windowMs, free);
        if (after == before) {
            floodedEvents.inc();
            out.collect(event.withoutStart());
            return;
        }
        if (before == null && startsByUser.isEmpty()) {
            context.timerService().registerEventTimeTimer(timeMs + windowMs);
        }
        startsByUser.put(user, after);
        out.collect(event);
    }

    /** Forgets periods that have just begun too: they begin again, which the bound on open matches allows for. */
    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<SubjectEvent> out) {
        startsByUser.clear();
    }
}
