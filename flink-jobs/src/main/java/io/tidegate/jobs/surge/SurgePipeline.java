package io.tidegate.jobs.surge;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.alerting.RuleDrivenFunction;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.source.Deduplication;
import io.tidegate.jobs.source.ProtobufTypeInfo;
import io.tidegate.jobs.source.SourceRecord;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.EventComparator;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Events → tumbling levels per post and game → gap-free series with a baseline → two spikes in a row, and calm → alerts.
 *
 * <p>A surge is not a milestone: this is about speed, whatever the total; {@code engagement} is about the total.
 */
final class SurgePipeline {

    private static final OutputTag<SurgeEvent> LATE =
            new OutputTag<>("late-events", TypeInformation.of(SurgeEvent.class));

    private SurgePipeline() {}

    /**
     * All of it in one operator that follows changes of the rules.
     *
     * @param events with the timestamps and watermarks of detection
     * @param updates rules that take the place of those given
     */
    static DataStream<Alert> define(
            DataStream<SourceRecord<Event>> events,
            Duration deduplicationHorizon,
            Rule postSurge,
            Rule gameSurge,
            DataStream<Rule> updates) {
        return distinct(events, deduplicationHorizon, EnumSet.allOf(SurgeSubject.class))
                .keyBy(SurgeEvent::subject)
                .connect(RuleDrivenFunction.broadcast(updates))
                .process(new SurgeDetection(List.of(postSurge, gameSurge)))
                .returns(new ProtobufTypeInfo<>(Alert.class))
                .name("surges")
                .uid(Uids.Surge.SURGES);
    }

    /**
     * By Flink's windows and CEP over the series: the reference. The rules are those given.
     *
     * @param events with the timestamps and watermarks of detection
     */
    static DataStream<Alert> defineByCep(
            DataStream<SourceRecord<Event>> events, Duration deduplicationHorizon, Rule postSurge, Rule gameSurge) {
        Map<SurgeSubject, SurgeThresholds> thresholds = new EnumMap<>(SurgeSubject.class);
        if (postSurge.enabled()) {
            thresholds.put(SurgeSubject.POST, SurgeThresholds.of(postSurge));
        }
        if (gameSurge.enabled()) {
            thresholds.put(SurgeSubject.GAME, SurgeThresholds.of(gameSurge));
        }
        if (thresholds.isEmpty()) {
            throw new IllegalArgumentException("rules: post-surge and game-surge are both disabled, nothing to run");
        }

        DataStream<MeasuredWindow> series = windows(
                        distinct(events, deduplicationHorizon, thresholds.keySet()), thresholds)
                .keyBy(LevelWindow::subject)
                .process(new BaselineFunction(thresholds))
                .name("baseline")
                .uid(Uids.Surge.BASELINE);

        return match(series, SurgeStartPattern.pattern(), new SurgeStartPattern(), "surge begins", Uids.Surge.START)
                .union(match(series, SurgeEndPattern.pattern(), new SurgeEndPattern(), "surge ends", Uids.Surge.END))
                .keyBy(SurgeSignal::subject)
                .process(new SurgeLifecycle(thresholds))
                .returns(new ProtobufTypeInfo<>(Alert.class))
                .name("one alert per surge")
                .uid(Uids.Surge.LIFECYCLE);
    }

    private static DataStream<SurgeEvent> distinct(
            DataStream<SourceRecord<Event>> events, Duration deduplicationHorizon, Set<SurgeSubject> wanted) {
        Set<SurgeSubject> subjects = EnumSet.copyOf(wanted);
        return Deduplication.of(
                events.<SurgeEvent>flatMap((record, out) -> SurgeEvent.of(record)
                                .filter(event -> subjects.contains(SurgeSubject.ofSubject(event.subject())))
                                .ifPresent(out::collect))
                        .returns(SurgeEvent.class)
                        .name("likes and bets")
                        .uid(Uids.Surge.PROJECTION),
                TypeInformation.of(SurgeEvent.class),
                deduplicationHorizon);
    }

    private static DataStream<LevelWindow> windows(
            DataStream<SurgeEvent> levels, Map<SurgeSubject, SurgeThresholds> thresholds) {
        DataStream<LevelWindow> windows = null;
        for (Map.Entry<SurgeSubject, SurgeThresholds> entry : thresholds.entrySet()) {
            SurgeSubject subject = entry.getKey();
            SingleOutputStreamOperator<LevelWindow> counted = levels.filter(
                            event -> SurgeSubject.ofSubject(event.subject()) == subject)
                    .name(subject.ruleId() + " events")
                    .uid(Uids.Surge.FILTER + "-" + subject.ruleId())
                    .keyBy(SurgeEvent::subject)
                    .window(TumblingEventTimeWindows.of(
                            Duration.ofMillis(entry.getValue().windowMs())))
                    .sideOutputLateData(LATE)
                    .aggregate(new Sum(), new ToLevelWindow(), Types.LONG, TypeInformation.of(LevelWindow.class))
                    .name(subject.ruleId() + " windows")
                    .uid(Uids.Surge.WINDOWS + "-" + subject.ruleId());
            counted.getSideOutput(LATE)
                    .process(new LateEvents())
                    .name(subject.ruleId() + " late events")
                    .uid(Uids.Surge.LATE + "-" + subject.ruleId());
            windows = windows == null ? counted : windows.union(counted);
        }
        return windows;
    }

    private static SingleOutputStreamOperator<SurgeSignal> match(
            DataStream<MeasuredWindow> series,
            Pattern<MeasuredWindow, ?> pattern,
            PatternProcessFunction<MeasuredWindow, SurgeSignal> handler,
            String name,
            String uid) {
        // Windows that fill a gap carry the timestamp of the window after it: among equal timestamps, the end decides.
        return CEP.pattern(series.keyBy(MeasuredWindow::subject), typed(pattern), new ByEnd())
                .process(handler, TypeInformation.of(SurgeSignal.class))
                .name(name)
                .uid(uid);
    }

    @SuppressWarnings("unchecked") // the second parameter is the type of the last stage, which nothing here narrows
    private static Pattern<MeasuredWindow, MeasuredWindow> typed(Pattern<MeasuredWindow, ?> pattern) {
        return (Pattern<MeasuredWindow, MeasuredWindow>) pattern;
    }

    /** Order of windows with equal timestamps. */
    private static final class ByEnd implements EventComparator<MeasuredWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public int compare(MeasuredWindow left, MeasuredWindow right) {
            return Long.compare(left.endMs(), right.endMs());
        }
    }

    /** Adds up the values. */
    private static final class Sum implements AggregateFunction<SurgeEvent, Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public Long createAccumulator() {
            return 0L;
        }

        @Override
        public Long add(SurgeEvent event, Long sum) {
            return sum + event.valueE4();
        }

        @Override
        public Long getResult(Long sum) {
            return sum;
        }

        @Override
        public Long merge(Long left, Long right) {
            return left + right;
        }
    }

    /** Gives the sum its subject and window. */
    private static final class ToLevelWindow implements WindowFunction<Long, LevelWindow, String, TimeWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public void apply(String subject, TimeWindow window, Iterable<Long> sum, Collector<LevelWindow> out) {
            out.collect(new LevelWindow(subject, window.getEnd(), sum.iterator().next()));
        }
    }
}
