package io.tidegate.jobs.surge;

import java.util.List;
import java.util.Map;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.util.Collector;

/** Two windows in a row that are spikes. */
final class SurgeStartPattern extends PatternProcessFunction<MeasuredWindow, SurgeSignal> {

    private static final long serialVersionUID = 1L;

    private static final String FIRST = "first";
    private static final String SECOND = "second";

    static Pattern<MeasuredWindow, ?> pattern() {
        return Pattern.<MeasuredWindow>begin(FIRST, AfterMatchSkipStrategy.noSkip())
                .where(SimpleCondition.of(MeasuredWindow::spike))
                .next(SECOND)
                .where(SimpleCondition.of(MeasuredWindow::spike));
    }

    @Override
    public void processMatch(Map<String, List<MeasuredWindow>> match, Context context, Collector<SurgeSignal> out) {
        MeasuredWindow first = match.get(FIRST).get(0);
        MeasuredWindow second = match.get(SECOND).get(0);
        // Measured against the calm before the surge, which is what a person wants to compare with.
        out.collect(new SurgeSignal(
                second.subject(), true, second.endMs(), second.valueE4(), first.baselineE4(), first.endMs()));
    }
}
