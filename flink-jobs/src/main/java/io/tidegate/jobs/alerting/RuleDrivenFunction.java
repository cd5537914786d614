package io.tidegate.jobs.alerting;

import io.tidegate.jobs.rules.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.datastream.BroadcastStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about events by rules that may change while it runs. The rules in force are those that the job was started with,
 * replaced one by one by what the broadcast stream brings and kept in broadcast state: a change counts from the next event on.
 *
 * <p>A rule of an older version than the one in force is ignored (metric {@code outdatedRules}), one that can't be worked with
 * leaves the one before in force ({@code refusedRules}); a broken rule never stops a job.
 *
 * @param <I> events
 * @param <O> what is raised
 */
public abstract class RuleDrivenFunction<I, O> extends KeyedBroadcastProcessFunction<String, I, Rule, O> {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(RuleDrivenFunction.class);
    private static final MapStateDescriptor<String, Rule> DESCRIPTOR =
            new MapStateDescriptor<>("rules", Types.STRING, TypeInformation.of(Rule.class));

    private final ArrayList<Rule> started;

    private transient Map<String, Rule> inForce;
    private transient Counter outdatedRules;
    private transient Counter refusedRules;

    /** @param started the rules that this function works by, each as it is in force until a change comes */
    protected RuleDrivenFunction(Collection<Rule> started) {
        this.started = new ArrayList<>(started);
    }

    /** {@code updates} as the second input of functions of this kind. */
    public static BroadcastStream<Rule> broadcast(DataStream<Rule> updates) {
        return updates.broadcast(DESCRIPTOR);
    }

    /** The broadcast state of functions of this kind, for tests that run one without a stream around it. */
    public static List<MapStateDescriptor<?, ?>> broadcastState() {
        return List.of(DESCRIPTOR);
    }

    /**
     * Works by {@code rules} from now on: called before the first event, and when one of them has changed.
     *
     * @param rules by id; all that the function was started with
     * @throws IllegalArgumentException where a rule can't be worked with: then {@code rules} are not in force
     */
    protected abstract void rulesInForce(Map<String, Rule> rules);

    @Override
    public void open(OpenContext context) throws Exception {
        super.open(context);
        outdatedRules = getRuntimeContext().getMetricGroup().counter("outdatedRules");
        refusedRules = getRuntimeContext().getMetricGroup().counter("refusedRules");
    }

    /** To be called first in {@code processElement} and {@code onTimer}: after a restore the rules are in the state only. */
    protected final void prepare(ReadOnlyContext context) throws Exception {
        if (inForce == null) {
            restore(context.getBroadcastState(DESCRIPTOR));
        }
    }

    private void restore(ReadOnlyBroadcastState<String, Rule> state) throws Exception {
        Map<String, Rule> rules = new LinkedHashMap<>();
        for (Rule rule : started) {
            Rule kept = state.get(rule.id());
            rules.put(rule.id(), kept != null && kept.version() >= rule.version() ? kept : rule);
        }
        rulesInForce(rules);
        inForce = rules;
    }

    @Override
    public final void processBroadcastElement(Rule rule, Context context, Collector<O> out) throws Exception {
        if (inForce == null) {
            restore(context.getBroadcastState(DESCRIPTOR));
        }
        Rule before = inForce.get(rule.id());
        if (before == null || before.equals(rule)) {
            // Somebody else's, or nothing new.
            return;
        }
        if (rule.version() < before.version()) {
            outdatedRules.inc();
            return;
        }
        Map<String, Rule> rules = new LinkedHashMap<>(inForce);
        rules.put(rule.id(), rule);
        try {
            rulesInForce(rules);
        } catch (IllegalArgumentException e) {
            refusedRules.inc();
            LOG.error("Rule {} version {} is refused: {}", rule.id(), rule.version(), e.getMessage());
            return;
        }
        inForce = rules;
        context.getBroadcastState(DESCRIPTOR).put(rule.id(), rule);
        LOG.info(
                "Rule {} version {} is in force, {}",
                rule.id(),
                rule.version(),
                rule.enabled() ? "enabled" : "disabled");
    }
}
