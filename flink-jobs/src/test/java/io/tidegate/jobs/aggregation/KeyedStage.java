package io.tidegate.jobs.aggregation;

import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/** A keyed function under a clock that the test holds; what it emits goes straight on. Stages in a row make a pipeline. */
public final class KeyedStage<K, I, O> implements AutoCloseable {

    private final KeyedOneInputStreamOperatorTestHarness<K, I, O> harness;
    private final Consumer<O> downstream;

    private KeyedStage(KeyedOneInputStreamOperatorTestHarness<K, I, O> harness, Consumer<O> downstream) {
        this.harness = harness;
        this.downstream = downstream;
    }

    /** @param restored null for a fresh start */
    public static <K, I, O> KeyedStage<K, I, O> start(
            KeyedProcessFunction<K, I, O> function,
            KeySelector<I, K> key,
            Class<K> keyType,
            OperatorSubtaskState restored,
            long nowMs,
            Consumer<O> downstream)
            throws Exception {
        KeyedOneInputStreamOperatorTestHarness<K, I, O> harness = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(function), key, TypeInformation.of(keyType));
        harness.setProcessingTime(nowMs);
        if (restored != null) {
            harness.initializeState(restored);
        }
        harness.open();
        return new KeyedStage<>(harness, downstream);
    }

    public void process(I element) throws Exception {
        harness.processElement(element, 0);
        drain();
    }

    /** The processing time. */
    public void clock(long nowMs) throws Exception {
        harness.setProcessingTime(nowMs);
        drain();
    }

    public void watermark(long appendedMs) throws Exception {
        harness.processWatermark(appendedMs);
        drain();
    }

    public OperatorSubtaskState snapshot(long checkpoint) throws Exception {
        return harness.snapshot(checkpoint, 0);
    }

    /** Keys with state, and timers of both kinds. */
    public int leftovers() {
        return harness.numKeyedStateEntries() + harness.numEventTimeTimers() + harness.numProcessingTimeTimers();
    }

    private void drain() {
        List<O> emitted = harness.extractOutputValues();
        harness.getOutput().clear();
        emitted.forEach(downstream);
    }

    @Override
    public void close() throws Exception {
        harness.close();
    }
}
