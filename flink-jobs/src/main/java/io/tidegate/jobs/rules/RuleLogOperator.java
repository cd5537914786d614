package io.tidegate.jobs.rules;

import io.tidegate.contracts.rules.RuleBook;
import io.tidegate.contracts.rules.RuleDefinition;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the records of topic {@code rules} to the rules in force; see {@link RuleBook}. Emits all of them when it opens, so that a
 * reader whose state is new, or who missed a change of the rules file, has them without asking.
 */
final class RuleLogOperator extends AbstractStreamOperator<Rule>
        implements OneInputStreamOperator<Tuple2<String, byte[]>, Rule> {

    private static final long serialVersionUID = 1L;
    private static final Logger LOGGER = LoggerFactory.getLogger(RuleLogOperator.class);

    private final RuleSet base;
    private final RuleSet start;

    private transient RuleBook book;
    private transient ListState<Rule> state;
    private transient Counter refused;
    private transient Counter changes;

    /**
     * @param base what a tombstone returns to
     * @param start what is in force when the job begins
     */
    RuleLogOperator(RuleSet base, RuleSet start) {
        this.base = Objects.requireNonNull(base, "base");
        this.start = Objects.requireNonNull(start, "start");
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        book = new RuleBook(base.definitions());
        start.definitions().values().forEach(book::known);
        state = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("rules", TypeInformation.of(Rule.class)));
        for (Rule rule : state.get()) {
            book.known(rule.definition());
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        refused = getMetricGroup().counter("refusedRules");
        changes = getMetricGroup().counter("ruleChanges");
        // Operators open from the last to the first, so whoever is chained behind is open already.
        for (RuleDefinition rule : book.rules().values()) {
            output.collect(new StreamRecord<>(Rule.of(rule)));
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        // Without those of the rules file: what is taken out of the file must not come back from state.
        Map<String, RuleDefinition> unchanged = base.definitions();
        state.update(book.rules().values().stream()
                .filter(rule -> !rule.equals(unchanged.get(rule.id())))
                .map(Rule::of)
                .toList());
    }

    @Override
    public void processElement(StreamRecord<Tuple2<String, byte[]>> element) {
        RuleBook.Step step = book.apply(element.getValue().f0, element.getValue().f1);
        switch (step.outcome()) {
            case IN_FORCE -> {
                Rule rule = Rule.of(step.rule().orElseThrow());
                changes.inc();
                LOGGER.info("Rule {} version {} is in force", rule.id(), rule.version());
                output.collect(new StreamRecord<>(rule));
            }
            case REFUSED -> {
                refused.inc();
                LOGGER.warn("A record of topic rules was passed over, the rule in force stays: {}", step.problem());
            }
            case PASSED_OVER -> {
                // Read again after a restart, or older than what is in force.
            }
        }
    }
}
