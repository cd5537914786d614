package io.tidegate.jobs.surge;

import java.util.List;
import java.util.Map;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.util.Collector;

/** A window that isn't calm, then one that is. Whether a surge was on is {@link SurgeLifecycle}'s to know. */
final class SurgeEndPattern extends PatternProcessFunction<MeasuredWindow, SurgeSignal> {

    private static final long serialVersionUID = 1L;

    private static final String HIGH = "high";
    private static final String CALM = "calm";

    static Pattern<MeasuredWindow, ?> pattern() {
        return Pattern.<MeasuredWindow>begin(HIGH, AfterMatchSkipStrategy.noSkip())
                .where(SimpleCondition.of(window -> !window.calm()))
                .next(CALM)
                .where(SimpleCondition.of(MeasuredWindow::calm));
    }

    @Override
    public void processMatch(Map<String, List<MeasuredWindow>> match, Context context, Collector<SurgeSignal> out) {
        MeasuredWindow high = match.get(HIGH).get(0);
        MeasuredWindow calm = match.get(CALM).get(0);
        out.collect(
                new SurgeSignal(calm.subject(), false, calm.endMs(), calm.valueE4(), calm.baselineE4(), high.endMs()));
    }
}
