package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.alerting.RuleDrivenFunction;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.source.ProtobufSerializer;
import io.tidegate.jobs.source.TextKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedBroadcastOperatorTestHarness;

/**
 * Compiled rules, with both operators that they run in. Only the alerts of one kind of subject come of each rule; of one that has
 * no compiled form, none.
 */
final class CompiledHarness extends PatternHarness {

    private static final int MAX_PARALLELISM = 128;

    private final List<FraudPattern> shared = new ArrayList<>();
    private final KeyedBroadcastOperatorTestHarness<String, FraudEvent, Rule, Alert> users;
    private final KeyedBroadcastOperatorTestHarness<String, SubjectEvent, Rule, Alert> subjects;
    private final List<Alert> alerts = new ArrayList<>();

    /** Makes the operator of the rules about users. */
    @FunctionalInterface
    interface OfUsers {
        UserDetection of(SubjectDetection.Order order, Collection<Rule> rules);
    }

    private CompiledHarness(Collection<Rule> rules, SubjectDetection.Order order, OfUsers detection) throws Exception {
        List<Rule> aboutUsers = new ArrayList<>();
        List<Rule> aboutShared = new ArrayList<>();
        for (Rule rule : rules) {
            FraudPattern pattern = FraudPatterns.of(rule);
            if (pattern instanceof UserRule) {
                aboutUsers.add(rule);
            } else if (pattern instanceof DistinctUsers) {
                aboutShared.add(rule);
                shared.add(pattern);
            }
        }
        users = harness(detection.of(order, aboutUsers), FraudEvent::userId, 1, 0);
        users.open();
        subjects = harness(new SharedDetection(aboutShared), SubjectEvent::subject, 1, 0);
        subjects.open();
    }

    static <I> KeyedBroadcastOperatorTestHarness<String, I, Rule, Alert> harness(
            SubjectDetection<I, ?> function, KeySelector<I, String> key, int parallelism, int index) throws Exception {
        var harness = new KeyedBroadcastOperatorTestHarness<>(
                new CoBroadcastWithKeyedOperator<>(function, RuleDrivenFunction.broadcastState()),
                key,
                TextKeys.TYPE,
                MAX_PARALLELISM,
                parallelism,
                index);
        harness.setup(new ProtobufSerializer<>(Alert.class));
        return harness;
    }

    /** As in production: users' events on arrival. */
    static CompiledHarness of(Rule... rules) throws Exception {
        return of(List.of(rules), SubjectDetection.Order.ARRIVAL);
    }

    static CompiledHarness of(Collection<Rule> rules, SubjectDetection.Order order) throws Exception {
        return new CompiledHarness(rules, order, UserDetection::new);
    }

    /** With rules about users only, in an operator of the test's own. */
    static CompiledHarness ofUsers(UserDetection detection) throws Exception {
        return new CompiledHarness(List.of(), SubjectDetection.Order.ARRIVAL, (order, rules) -> detection);
    }

    /** How many have a history. */
    long users() {
        return users.getOperator()
                .getKeyedStateBackend()
                .getKeys("history", VoidNamespace.INSTANCE)
                .count();
    }

    /** The users' histories as a checkpoint would hold them. */
    long historyBytes() throws Exception {
        var backend = users.getOperator().getKeyedStateBackend();
        DataOutputSerializer bytes = new DataOutputSerializer(1 << 10);
        long[] sum = {0};
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                new ValueStateDescriptor<>("history", UserHistorySerializer.INSTANCE),
                (user, history) -> {
                    bytes.clear();
                    StringSerializer.INSTANCE.serialize((String) user, bytes);
                    UserHistorySerializer.INSTANCE.serialize(history.value(), bytes);
                    sum[0] += bytes.length();
                });
        return sum[0];
    }

    /** A rule comes in. */
    void rule(Rule rule) throws Exception {
        users.processBroadcastElement(rule, 0);
        subjects.processBroadcastElement(rule, 0);
    }

    @Override
    void arrive(FraudEvent event) throws Exception {
        if (UserDetection.concerns(event)) {
            users.processElement(event, event.timeMs());
        }
        List<SubjectEvent> picked = new ArrayList<>();
        for (FraudPattern pattern : shared) {
            pattern.subjects(event, new ListCollector<>(picked));
        }
        for (SubjectEvent subject : picked) {
            subjects.processElement(subject, event.timeMs());
        }
    }

    @Override
    void watermark(long timeMs) throws Exception {
        users.processWatermark(timeMs);
        users.processBroadcastWatermark(Long.MAX_VALUE);
        subjects.processWatermark(timeMs);
        subjects.processBroadcastWatermark(Long.MAX_VALUE);
    }

    @Override
    List<Alert> alerts() {
        alerts.addAll(users.extractOutputValues());
        users.getOutput().clear();
        alerts.addAll(subjects.extractOutputValues());
        subjects.getOutput().clear();
        return alerts;
    }

    @Override
    List<FraudEvent> late() {
        List<FraudEvent> late = new ArrayList<>();
        for (var side : new Iterable<?>[] {
            users.getSideOutput(SubjectDetection.LATE), subjects.getSideOutput(SubjectDetection.LATE)
        }) {
            if (side != null) {
                for (Object record : side) {
                    late.add((FraudEvent) ((StreamRecord<?>) record).getValue());
                }
            }
        }
        return late;
    }

    @Override
    int held() {
        return held(users) + held(subjects);
    }

    /** Histories and timers. */
    static int held(KeyedBroadcastOperatorTestHarness<String, ?, Rule, Alert> harness) {
        long histories = harness.getOperator()
                .getKeyedStateBackend()
                .getKeys("history", VoidNamespace.INSTANCE)
                .count();
        return Math.toIntExact(histories) + harness.numEventTimeTimers();
    }

    @Override
    public void close() throws Exception {
        users.close();
        subjects.close();
    }
}
