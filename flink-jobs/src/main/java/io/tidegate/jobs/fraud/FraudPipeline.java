package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.DetectionTime;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.alerting.AlertCandidate;
import io.tidegate.jobs.alerting.AlertSuppression;
import io.tidegate.jobs.alerting.RuleDrivenFunction;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.source.Deduplication;
import io.tidegate.jobs.source.ProtobufTypeInfo;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.jobs.source.TextKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.CEP;
import org.apache.flink.streaming.api.datastream.BroadcastStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/**
 * From events to fraud alerts. All patterns that have a compiled form run in two operators, one for the rules about users and
 * one for those about what users share; the others run on Flink CEP.
 */
public final class FraudPipeline {

    private static final OutputTag<SubjectEvent> LATE = new OutputTag<>("late", TypeInformation.of(SubjectEvent.class));

    private FraudPipeline() {}

    /**
     * The compiled form of every pattern that has one.
     *
     * @param events with detection time as their timestamps, and its watermarks
     * @param rules in force at the start; the disabled ones raise nothing
     * @param updates rules that take the place of those; a pattern without a compiled form doesn't follow them
     * @param time what the timestamps are
     * @param deduplicationHorizon see {@link Deduplication}
     * @return one alert per rule and subject until the rule's window has passed
     */
    public static DataStream<Alert> define(
            DataStream<SourceRecord<Event>> events,
            RuleSet rules,
            DataStream<Rule> updates,
            DetectionTime time,
            Duration deduplicationHorizon) {
        DataStream<FraudEvent> distinct = distinct(events, deduplicationHorizon);
        List<FraudPattern> others = new ArrayList<>();
        List<Rule> aboutUsers = new ArrayList<>();
        List<Rule> aboutShared = new ArrayList<>();
        List<FraudPattern> shared = new ArrayList<>();
        for (FraudPattern pattern : FraudPatterns.of(rules)) {
            if (pattern instanceof UserRule) {
                aboutUsers.add(pattern.rule());
            } else if (pattern instanceof DistinctUsers) {
                aboutShared.add(pattern.rule());
                shared.add(pattern);
            } else {
                others.add(pattern);
            }
        }

        SingleOutputStreamOperator<FraudEvent> routed = distinct.process(new SubjectRouter(shared))
                .returns(FraudEventWire.TYPE)
                .name("subjects")
                .uid(Uids.Fraud.SUBJECTS);
        BroadcastStream<Rule> broadcast = RuleDrivenFunction.broadcast(updates);
        // A user's events share a partition, in order of append time; in a replay it is the watermark that puts them in
        // order.
        SubjectDetection.Order order =
                time == DetectionTime.APPEND ? SubjectDetection.Order.ARRIVAL : SubjectDetection.Order.WATERMARK;
        SingleOutputStreamOperator<Alert> ofUsers = routed.keyBy(FraudEvent::userId, TextKeys.TYPE)
                .connect(broadcast)
                .process(new UserDetection(order, aboutUsers))
                .returns(new ProtobufTypeInfo<>(Alert.class))
                .name("rules about users")
                .uid(Uids.Fraud.USERS);
        SingleOutputStreamOperator<Alert> ofShared = routed.getSideOutput(SubjectRouter.SHARED)
                .keyBy(SubjectEvent::subject, TextKeys.TYPE)
                .connect(broadcast)
                .process(new SharedDetection(aboutShared))
                .returns(new ProtobufTypeInfo<>(Alert.class))
                .name("rules about what users share")
                .uid(Uids.Fraud.SHARED);
        countLate(ofUsers.getSideOutput(SubjectDetection.LATE).union(ofShared.getSideOutput(SubjectDetection.LATE)));

        DataStream<Alert> alerts = ofUsers.union(ofShared);
        return others.isEmpty() ? alerts : alerts.union(byCep(distinct, others));
    }

    /**
     * Every pattern on Flink CEP: the reference that the compiled forms are held against. Rules are those of the start.
     *
     * @see #define
     */
    public static DataStream<Alert> defineByCep(
            DataStream<SourceRecord<Event>> events, RuleSet rules, Duration deduplicationHorizon) {
        return byCep(distinct(events, deduplicationHorizon), FraudPatterns.of(rules));
    }

    private static DataStream<FraudEvent> distinct(
            DataStream<SourceRecord<Event>> events, Duration deduplicationHorizon) {
        return Deduplication.of(
                events.process(new FraudEvents())
                        .returns(FraudEventWire.TYPE)
                        .name("fraud events")
                        .uid(Uids.Fraud.EVENTS)
                        // As many as the stage before, or Flink deals the records out in turn and a user's lose their
                        // order.
                        .setParallelism(events.getParallelism()),
                FraudEventWire.TYPE,
                deduplicationHorizon);
    }

    private static DataStream<Alert> byCep(DataStream<FraudEvent> distinct, List<FraudPattern> patterns) {
        List<DataStream<AlertCandidate>> candidates = new ArrayList<>();
        List<DataStream<SubjectEvent>> late = new ArrayList<>();
        for (FraudPattern pattern : patterns) {
            SingleOutputStreamOperator<AlertCandidate> matches = match(pattern, distinct);
            candidates.add(matches);
            late.add(matches.getSideOutput(LATE));
        }
        union(late)
                .map(SubjectEvent::event)
                .returns(FraudEvent.TYPE)
                .name("late events")
                .uid(Uids.Fraud.LATE_EVENTS_OF_CEP)
                .flatMap(new LateRecords())
                .returns(Types.VOID)
                .name("late records")
                .uid(Uids.Fraud.LATE_RECORDS_OF_CEP);
        return AlertSuppression.of(union(candidates), Uids.Fraud.SUPPRESSION);
    }

    private static void countLate(DataStream<FraudEvent> late) {
        late.flatMap(new LateRecords()).returns(Types.VOID).name("late records").uid(Uids.Fraud.LATE_RECORDS);
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
