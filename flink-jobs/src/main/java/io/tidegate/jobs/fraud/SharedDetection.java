package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.rules.Rule;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.util.Collector;

/**
 * The compiled rules about what users share: a device, or a post and where they liked it from. Keyed by subject; each has one
 * rule, told by the type of its events.
 *
 * <p>Events of a subject come from several partitions, so they are put in order by the watermark first: on arrival, what a
 * reader has fetched of one partition may be far ahead of another, most of all after a restart, and the same events would give
 * other alerts.
 */
final class SharedDetection extends SubjectDetection<SubjectEvent, SharedHistory> {

    private static final long serialVersionUID = 1L;

    private transient Map<FraudEventType, DistinctUsers> byType;

    SharedDetection(Collection<Rule> rules) {
        super(Order.WATERMARK, SharedHistorySerializer.INSTANCE, rules);
    }

    @Override
    void compile(List<FraudPattern> patterns) {
        Map<FraudEventType, DistinctUsers> next = new EnumMap<>(FraudEventType.class);
        for (FraudPattern pattern : patterns) {
            if (!(pattern instanceof DistinctUsers rule)) {
                throw new IllegalArgumentException("rules." + pattern.rule().id() + ": not about what users share");
            }
            for (FraudEventType type : FraudEventType.values()) {
                if (rule.looksAt(type)) {
                    next.put(type, rule);
                }
            }
        }
        byType = next;
    }

    @Override
    FraudEvent event(SubjectEvent input) {
        return input.event();
    }

    @Override
    boolean needsOthers(FraudEvent event) {
        DistinctUsers rule = byType.get(event.type());
        return rule == null || rule.users() > 1;
    }

    @Override
    SharedHistory newHistory() {
        return new SharedHistory();
    }

    @Override
    void take(String subject, FraudEvent event, SharedHistory history, Collector<Alert> out) {
        DistinctUsers rule = byType.get(event.type());
        if (rule == null) {
            return;
        }
        apply(rule, subject, event, history, (last, before) -> rule.match(last, before.crowd()), out);
        count(history.crowd().add(event, rule.windowMs(), rule.users()));
    }
}
