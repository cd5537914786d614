package io.tidegate.serving.rules;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.v1.RuleChange;
import io.tidegate.serving.push.TopicReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The newest changes of each rule, from topic {@code rules.audit}, which has them all and for ever. Thread-safe.
 */
final class ChangeHistory implements TopicReader.Listener {

    /** Changes are made by people: that is years of one rule. */
    static final int KEPT_PER_RULE = 1_000;

    private final Map<String, Deque<RuleChange>> newestFirst = new HashMap<>();
    private volatile boolean ready;

    boolean isReady() {
        return ready;
    }

    @Override
    public void caughtUp(TopicReader.Position position) {
        ready = true;
    }

    /** @throws IllegalArgumentException where the record is no change */
    @Override
    public void record(ConsumerRecord<byte[], byte[]> record, TopicReader.Position next) {
        if (record.value() == null) {
            throw new IllegalArgumentException("a change without a value");
        }
        try {
            apply(RuleChange.parseFrom(record.value()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a RuleChange", e);
        }
    }

    /** A change that is known already is passed over: its author applies it before the reader brings it. */
    synchronized void apply(RuleChange change) {
        if (change.getChangeId().isEmpty() || change.getRuleId().isEmpty() || !change.hasAfter()) {
            throw new IllegalArgumentException("a change without id, rule or definition");
        }
        Deque<RuleChange> changes = newestFirst.computeIfAbsent(change.getRuleId(), id -> new ArrayDeque<>());
        if (changes.stream().anyMatch(known -> known.getChangeId().equals(change.getChangeId()))) {
            return;
        }
        changes.addFirst(change);
        if (changes.size() > KEPT_PER_RULE) {
            changes.removeLast();
        }
    }

    synchronized List<RuleChange> newest(String ruleId, int limit) {
        List<RuleChange> found = new ArrayList<>();
        for (RuleChange change : newestFirst.getOrDefault(ruleId, new ArrayDeque<>(0))) {
            if (found.size() == limit) {
                break;
            }
            found.add(change);
        }
        return found;
    }
}
