package io.tidegate.jobs.fraud;

import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.jobs.alerting.AlertCandidate;
import io.tidegate.jobs.alerting.NameUuid;
import io.tidegate.jobs.rules.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * A fraud rule: which events it looks at, the pattern that they must follow, and the alert that a match becomes.
 *
 * <p>A pattern has two forms that find the same matches. The one of Flink CEP is the definition, and what runs where there is no
 * other. The compiled one ({@link UserRule}, or {@link DistinctUsers}) decides at each event by a look at the subject's
 * history, at a cost that doesn't grow with what is pending, and follows changes of its rule without a restart.
 *
 * <p>All patterns slide: no match uses its events up. Where several matches end with the same event, the one that began first
 * counts.
 */
public abstract class FraudPattern extends PatternProcessFunction<SubjectEvent, AlertCandidate> {

    private static final long serialVersionUID = 1L;

    private final Rule rule;

    /** The event that completed the previous match, to tell the further matches that it completes. */
    private transient SubjectEvent completing;

    FraudPattern(Rule rule) {
        this.rule = Objects.requireNonNull(rule, "rule");
    }

    public final Rule rule() {
        return rule;
    }

    /**
     * The subjects that an event counts for; none where the rule doesn't look at it. CEP costs several times what this does, so
     * nothing that can't be part of a match should get past it.
     */
    abstract void subjects(FraudEvent event, Collector<SubjectEvent> out);

    /** A step over a subject's events, in their order of arrival, before they are matched. */
    Optional<KeyedProcessFunction<String, SubjectEvent, SubjectEvent>> preparation() {
        return Optional.empty();
    }

    /** What happens to one subject, within {@link #within}. */
    abstract Pattern<SubjectEvent, ?> pattern();

    /**
     * How many events a match has. State of open matches makes sense only to a pattern of the same length, so the length is
     * part of the operator's uid.
     */
    abstract int length();

    /**
     * The alert's message.
     *
     * @param match the matched events, first to last
     */
    abstract String message(String subject, List<FraudEvent> match);

    /** Starts a pattern in which every event may begin a match of its own, and none is used up by one. */
    static Pattern<SubjectEvent, SubjectEvent> begin(String stage) {
        return Pattern.begin(stage, AfterMatchSkipStrategy.noSkip());
    }

    /**
     * The rule's window as Flink counts it. Two events exactly a window apart are still within the rule's; Flink's ends before
     * its last millisecond.
     */
    final Duration within() {
        return rule.window().plusMillis(1);
    }

    final long windowMs() {
        return rule.window().toMillis();
    }

    /** Whether a match may begin at {@code startMs} and end with {@code last}. */
    final boolean isWithin(long startMs, FraudEvent last) {
        return last.timeMs() - startMs <= windowMs();
    }

    /** A threshold as whole ten-thousandths. */
    final long tenThousandths(String threshold) {
        try {
            return rule.threshold(threshold).movePointRight(4).longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "rules." + rule.id() + ".thresholds." + threshold + ": at most four decimals expected, got "
                            + rule.threshold(threshold),
                    e);
        }
    }

    /** The user's {@code count} bets before {@code bet}, and it. */
    static List<FraudEvent> withEarlierBets(FraudEvent bet, UserHistory before, int count) {
        EventRing earlier = before.bets();
        List<FraudEvent> match = new ArrayList<>(count + 1);
        for (int i = earlier.size() - count; i < earlier.size(); i++) {
            match.add(bet.earlier(FraudEventType.BET, earlier.id(i), earlier.timeMs(i), earlier.number(i), "", ""));
        }
        match.add(bet);
        return match;
    }

    /** Flink hands over the matches that one event completes in the order of their first events. */
    @Override
    public final void processMatch(
            Map<String, List<SubjectEvent>> stages, Context context, Collector<AlertCandidate> out) {
        List<FraudEvent> match = new ArrayList<>();
        SubjectEvent last = null;
        for (List<SubjectEvent> stage : stages.values()) {
            for (SubjectEvent event : stage) {
                match.add(event.event());
                last = event;
            }
        }
        if (last == null || last.equals(completing)) {
            return;
        }
        completing = last;
        out.collect(
                new AlertCandidate(alert(last.subject(), match), rule.window().toMillis()));
    }

    /**
     * @param subject within its tenant, which becomes the alert's
     * @param match the matched events, first to last
     */
    final Alert alert(String subject, List<FraudEvent> match) {
        Alert.Builder alert = Alert.newBuilder()
                .setKind(AlertKind.ALERT_KIND_FRAUD)
                .setRuleId(rule.id())
                .setRuleVersion(rule.version())
                .setSubject(ScopedId.id(subject))
                .setTenant(ScopedId.tenant(subject))
                .setSeverity(rule.severity())
                .setMessage(message(
                        ScopedId.id(subject),
                        match.stream().map(FraudEvent::withPlainUser).toList()))
                .setStartedAtMs(match.get(0).timeMs())
                .setDetectedAtMs(match.get(match.size() - 1).timeMs());
        List<String> name = new ArrayList<>(List.of(rule.id(), Integer.toString(rule.version()), subject));
        for (FraudEvent event : match) {
            alert.addEventIds(event.eventId());
            // An event id is unique within its user only.
            if (!event.userId().equals(subject)) {
                name.add(event.userId());
            }
            name.add(event.eventId());
        }
        return alert.setAlertId(NameUuid.of(name.toArray(String[]::new))).build();
    }
}
