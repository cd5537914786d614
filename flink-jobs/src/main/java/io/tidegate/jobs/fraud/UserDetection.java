package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.rules.Rule;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.util.Collector;

/** The compiled rules about a user. Keyed by user. */
class UserDetection extends SubjectDetection<FraudEvent, UserHistory> {

    private static final long serialVersionUID = 1L;

    private transient Map<FraudEventType, Compiled[]> byType;
    private transient UserNeeds needs;

    UserDetection(Order order, Collection<Rule> rules) {
        super(order, UserHistorySerializer.INSTANCE, rules);
    }

    /** A pattern by both its faces. */
    private record Compiled(FraudPattern pattern, UserRule rule) {}

    /** Whether any rule about a user looks at it, or looks back at it. */
    static boolean concerns(FraudEvent event) {
        return switch (event.type()) {
            case BET, DEPOSIT, WITHDRAWAL, LIKE -> true;
            case LOGIN -> !event.country().isEmpty();
            case OTHER -> false;
        };
    }

    @Override
    final void compile(List<FraudPattern> patterns) {
        UserNeeds nextNeeds = UserNeeds.NONE;
        Map<FraudEventType, Compiled[]> next = new EnumMap<>(FraudEventType.class);
        for (FraudEventType type : FraudEventType.values()) {
            next.put(type, new Compiled[0]);
        }
        for (FraudPattern pattern : patterns) {
            if (!(pattern instanceof UserRule rule)) {
                throw new IllegalArgumentException("rules." + pattern.rule().id() + ": not about a user");
            }
            // Disabled ones too: enabled again, they know what was before.
            nextNeeds = rule.needs(nextNeeds);
            for (FraudEventType type : FraudEventType.values()) {
                if (rule.looksAt(type)) {
                    Compiled[] before = next.get(type);
                    Compiled[] after = Arrays.copyOf(before, before.length + 1);
                    after[before.length] = new Compiled(pattern, rule);
                    next.put(type, after);
                }
            }
        }
        byType = next;
        needs = nextNeeds;
    }

    @Override
    final FraudEvent event(FraudEvent input) {
        return input;
    }

    @Override
    final UserHistory newHistory() {
        return new UserHistory();
    }

    @Override
    final void take(String user, FraudEvent event, UserHistory history, Collector<Alert> out) {
        for (Compiled compiled : byType.get(event.type())) {
            apply(compiled.pattern(), user, event, history, compiled.rule()::match, out);
        }
        count(history.add(event, needs));
    }
}
