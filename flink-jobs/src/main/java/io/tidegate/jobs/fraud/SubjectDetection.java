package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.alerting.RuleDrivenFunction;
import io.tidegate.jobs.rules.Rule;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * All compiled rules about one kind of subject in one operator: a subject has one history, and each event is decided about by
 * every rule that looks at it, then taken up into the history. Of the matches only the first per rule and subject becomes an
 * alert until the rule's window has passed.
 *
 * @param <I> an event with its subject
 * @param <H> what is known of a subject
 */
abstract class SubjectDetection<I, H extends SubjectHistory> extends RuleDrivenFunction<I, Alert> {

    private static final long serialVersionUID = 1L;

    /** Events that came behind the watermark, where it decides about the order. */
    static final OutputTag<FraudEvent> LATE = new OutputTag<>("late", FraudEvent.TYPE);

    /** How events of a subject come to be decided about in their order. */
    enum Order {
        /** As they arrive: where a subject's events share a partition, and time doesn't fall in it. */
        ARRIVAL,
        /** By detection time, each when the watermark has reached it. */
        WATERMARK
    }

    /**
     * On arrival, an event may be behind the watermark, which was ahead because the event's partition had been taken for idle. Its
     * subject's history has to be there still.
     */
    private static final long GRACE_MS = Duration.ofMinutes(1).toMillis();

    private final Order order;
    private final TypeSerializer<H> serializer;

    private transient ValueState<H> state;
    private transient Counter floodedEvents;
    private transient long retentionMs;

    SubjectDetection(Order order, TypeSerializer<H> serializer, Collection<Rule> rules) {
        super(rules);
        this.order = order;
        this.serializer = serializer;
    }

    @Override
    public final void open(OpenContext context) throws Exception {
        super.open(context);
        state = getRuntimeContext().getState(new ValueStateDescriptor<>("history", serializer));
        floodedEvents = getRuntimeContext().getMetricGroup().counter("floodedEvents");
    }

    /** The event itself. */
    abstract FraudEvent event(I input);

    abstract H newHistory();

    /** Decides about an event, raises what is to be raised, and takes the event up. */
    abstract void take(String subject, FraudEvent event, H history, Collector<Alert> out);

    /** The pattern that a rule is for. */
    FraudPattern pattern(Rule rule) {
        return FraudPatterns.of(rule);
    }

    /** Whether an event can't complete a match of its subject without another one before it. */
    boolean needsOthers(FraudEvent event) {
        return false;
    }

    /** Compiles the rules; may refuse them like {@link #rulesInForce}. */
    abstract void compile(List<FraudPattern> patterns);

    @Override
    protected final void rulesInForce(Map<String, Rule> rules) {
        compile(rules.values().stream().map(this::pattern).toList());
        retentionMs = rules.values().stream()
                        .mapToLong(rule -> rule.window().toMillis())
                        .max()
                        .orElse(0)
                + (order == Order.ARRIVAL ? GRACE_MS : 0);
    }

    @Override
    public final void processElement(I input, ReadOnlyContext context, Collector<Alert> out) throws Exception {
        prepare(context);
        FraudEvent event = event(input);
        H history = state.value();
        if (order == Order.ARRIVAL) {
            history = history == null ? newHistory() : history;
            // A broker that takes a partition over may have a clock that is behind: order is the offsets', not the
            // clock's.
            boolean behind = event.timeMs() < history.latestMs();
            decide(context.getCurrentKey(), behind ? event.at(history.latestMs()) : event, history, out);
            review(history, context);
        } else {
            if (event.timeMs() <= context.currentWatermark()) {
                context.output(LATE, event);
                return;
            }
            history = history == null ? newHistory() : history;
            await(event, history, context);
        }
        state.update(history);
    }

    /** Has an event decided about when the watermark reaches it, or, where it needs others and there is none, when another one comes. */
    private void await(FraudEvent event, H history, ReadOnlyContext context) {
        if (history.isUntouched() && needsOthers(event)) {
            // Nearly all subjects stay like this, and are forgotten by one timer, which goes to the end of the queue.
            history.awaitAlone(event);
            history.reviewMs(event.timeMs() + retentionMs);
            context.timerService().registerEventTimeTimer(history.reviewMs());
            return;
        }
        WaitingEvents waiting = history.waiting();
        waiting.add(event);
        if (waiting.first() == event || waiting.size() == 2) {
            // Of two the first may have been alone.
            context.timerService().registerEventTimeTimer(waiting.first().timeMs());
        }
    }

    private void decide(String subject, FraudEvent event, H history, Collector<Alert> out) {
        take(subject, event, history, out);
        history.latestMs(event.timeMs());
    }

    /** Sees to it that the history is looked at again when it may be forgotten. */
    private void review(H history, ReadOnlyContext context) {
        if (history.reviewMs() == Long.MIN_VALUE) {
            history.reviewMs(keptUntilMs(history));
            context.timerService().registerEventTimeTimer(history.reviewMs());
        }
    }

    private long keptUntilMs(H history) {
        return Math.max(history.latestMs() + retentionMs, history.silentUntilMs());
    }

    @Override
    public final void onTimer(long timestamp, OnTimerContext context, Collector<Alert> out) throws Exception {
        prepare(context);
        H history = state.value();
        if (history == null) {
            return;
        }
        while (history.isWaiting() && history.waiting().first().timeMs() <= context.currentWatermark()) {
            decide(context.getCurrentKey(), history.removeFirstWaiting(), history, out);
        }
        if (history.reviewMs() <= timestamp) {
            history.reviewMs(Long.MIN_VALUE);
        }
        if (history.isWaiting()) {
            // The review comes after these.
            context.timerService()
                    .registerEventTimeTimer(history.waiting().first().timeMs());
        } else if (keptUntilMs(history) <= context.currentWatermark()) {
            if (history.reviewMs() != Long.MIN_VALUE) {
                context.timerService().deleteEventTimeTimer(history.reviewMs());
            }
            state.clear();
            return;
        } else {
            review(history, context);
        }
        state.update(history);
    }

    /**
     * Lets one rule decide about an event.
     *
     * @param match what the event completes, asked for only where it may become an alert
     */
    final void apply(
            FraudPattern pattern, String subject, FraudEvent event, H history, Match<H> match, Collector<Alert> out) {
        Rule rule = pattern.rule();
        if (!rule.enabled() || history.isSilent(rule.id(), event.timeMs())) {
            return;
        }
        List<FraudEvent> events = match.of(event, history);
        if (!events.isEmpty()) {
            out.collect(pattern.alert(subject, events));
            history.silence(rule.id(), event.timeMs() + pattern.windowMs());
        }
    }

    final void count(boolean kept) {
        if (!kept) {
            floodedEvents.inc();
        }
    }

    /** Finds what an event completes; empty where that is nothing. */
    @FunctionalInterface
    interface Match<H> {
        List<FraudEvent> of(FraudEvent event, H history);
    }
}
