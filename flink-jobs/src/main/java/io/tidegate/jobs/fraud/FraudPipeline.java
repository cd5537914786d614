package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.alerting.AlertCandidate;
import io.tidegate.jobs.alerting.AlertSuppression;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.source.Deduplication;
import io.tidegate.jobs.source.SourceRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.CEP;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/** From events to fraud alerts. */
public final class FraudPipeline {

    private static final OutputTag<SubjectEvent> LATE = new OutputTag<>("late", TypeInformation.of(SubjectEvent.class));

    private FraudPipeline() {}

    /**
     * @param events with detection time as their timestamps, and its watermarks
     * @param rules the disabled ones raise nothing
     * @param deduplicationHorizon see {@link Deduplication}
     * @return one alert per rule and subject until the rule's window has passed
     */
    public static DataStream<Alert> define(
            DataStream<SourceRecord<Event>> events, RuleSet rules, Duration deduplicationHorizon) {
        DataStream<FraudEvent> distinct = Deduplication.of(
                events.process(new FraudEvents())
                        .returns(TypeInformation.of(FraudEvent.class))
                        .name("fraud events")
                        .uid(Uids.Fraud.EVENTS)
                        // As many as the stage before, or Flink deals the records out in turn and a user's lose their
                        // order.
                        .setParallelism(events.getParallelism()),
                TypeInformation.of(FraudEvent.class),
                deduplicationHorizon);
        List<DataStream<AlertCandidate>> candidates = new ArrayList<>();
        List<DataStream<SubjectEvent>> late = new ArrayList<>();
        for (FraudPattern pattern : FraudPatterns.of(rules)) {
            SingleOutputStreamOperator<AlertCandidate> matches = match(pattern, distinct);
            candidates.add(matches);
            late.add(matches.getSideOutput(LATE));
        }
        union(late)
                .flatMap(new LateRecords())
                .returns(Types.VOID)
                .name("late records")
                .uid(Uids.Fraud.LATE_RECORDS);
        return AlertSuppression.of(union(candidates), Uids.Fraud.SUPPRESSION);
    }

    private static SingleOutputStreamOperator<AlertCandidate> match(
            FraudPattern pattern, DataStream<FraudEvent> events) {
        String rule = pattern.rule().id();
        return CEP.pattern(keyed(pattern, observed(pattern, events)), pattern.pattern(), new ArrivalOrder())
                .inEventTime()
                .sideOutputLateData(LATE)
                .process(pattern, TypeInformation.of(AlertCandidate.class))
                .name("match " + rule)
                .uid(Uids.Fraud.match(rule, pattern.length()));
    }

    private static DataStream<SubjectEvent> observed(FraudPattern pattern, DataStream<FraudEvent> events) {
        String rule = pattern.rule().id();
        // A disabled rule stays wired with nothing to look at, so that the job still finds a place for its state.
        FlatMapFunction<FraudEvent, SubjectEvent> subjects =
                pattern.rule().enabled() ? pattern::subjects : (event, out) -> {};
        return events.flatMap(subjects)
                .returns(TypeInformation.of(SubjectEvent.class))
                .name("observe " + rule)
                .uid(Uids.Fraud.observe(rule));
    }

    private static KeyedStream<SubjectEvent, String> keyed(FraudPattern pattern, DataStream<SubjectEvent> observed) {
        KeyedStream<SubjectEvent, String> keyed = observed.keyBy(SubjectEvent::subject, Types.STRING);
        if (pattern.preparation().isEmpty()) {
            return keyed;
        }
        String rule = pattern.rule().id();
        // The preparation keeps the subject, so the matching can run in the same task: no second way over the network.
        return DataStreamUtils.reinterpretAsKeyedStream(
                keyed.process(pattern.preparation().get())
                        .returns(TypeInformation.of(SubjectEvent.class))
                        .name("prepare " + rule)
                        .uid(Uids.Fraud.prepare(rule)),
                SubjectEvent::subject,
                Types.STRING);
    }

    private static <T> DataStream<T> union(List<DataStream<T>> streams) {
        DataStream<T> all = streams.get(0);
        for (DataStream<T> stream : streams.subList(1, streams.size())) {
            all = all.union(stream);
        }
        return all;
    }
}
