package io.tidegate.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.checkpoint.SnapshotType;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;

/** A job with keys of this type goes on from the state of one with Flink's, and the other way about: state and timers. */
class TextKeysTest {

    private static final SnapshotType CHECKPOINT = CheckpointType.CHECKPOINT;
    private static final SnapshotType SAVEPOINT = SavepointType.savepoint(SavepointFormatType.CANONICAL);

    private static final List<String> KEYS =
            List.of("u1", "u1\0tenant", "", "caf\u00e9", "\u7528\u6237", "k".repeat(200));
    private static final List<String> COUNTED_TWICE =
            KEYS.stream().map(key -> key + " 2").toList();

    @Test
    void goesOnFromTheStateOfFlinksOwn() throws Exception {
        assertGoesOn(Types.STRING, CHECKPOINT, TextKeys.TYPE);
        assertGoesOn(Types.STRING, SAVEPOINT, TextKeys.TYPE);
    }

    @Test
    void flinksOwnGoesOnFromItsState() throws Exception {
        assertGoesOn(TextKeys.TYPE, CHECKPOINT, Types.STRING);
        assertGoesOn(TextKeys.TYPE, SAVEPOINT, Types.STRING);
    }

    @Test
    void goesOnFromItsOwnState() throws Exception {
        assertGoesOn(TextKeys.TYPE, CHECKPOINT, TextKeys.TYPE);
        assertGoesOn(TextKeys.TYPE, SAVEPOINT, TextKeys.TYPE);
    }

    private static void assertGoesOn(
            TypeInformation<String> before, SnapshotType snapshot, TypeInformation<String> after) throws Exception {
        assertThat(after(half(before, snapshot), after)).containsExactlyInAnyOrderElementsOf(COUNTED_TWICE);
    }

    /** Each key once, and a timer for each. */
    private static OperatorSubtaskState half(TypeInformation<String> type, SnapshotType snapshot) throws Exception {
        try (var operator = operator(type)) {
            operator.open();
            for (String key : KEYS) {
                operator.processElement(key, 1);
            }
            return operator.snapshotWithLocalState(1, 1, snapshot).getJobManagerOwnedState();
        }
    }

    /** Each key once more, then time passes. */
    private static List<String> after(OperatorSubtaskState half, TypeInformation<String> type) throws Exception {
        try (var operator = operator(type)) {
            operator.initializeState(half);
            operator.open();
            for (String key : KEYS) {
                operator.processElement(key, 2);
            }
            operator.processWatermark(Counts.END_MS);
            return operator.extractOutputValues();
        }
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, String, String> operator(TypeInformation<String> type)
            throws Exception {
        return new KeyedOneInputStreamOperatorTestHarness<>(new KeyedProcessOperator<>(new Counts()), key -> key, type);
    }

    private static final class Counts extends KeyedProcessFunction<String, String, String> {

        private static final long serialVersionUID = 1L;
        private static final long END_MS = 1_000;

        private transient ValueState<Integer> count;

        @Override
        public void open(OpenContext context) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.INT));
        }

        @Override
        public void processElement(String key, Context context, Collector<String> out) throws Exception {
            Integer before = count.value();
            count.update(before == null ? 1 : before + 1);
            if (before == null) {
                context.timerService().registerEventTimeTimer(END_MS);
            }
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<String> out) throws Exception {
            out.collect(context.getCurrentKey() + ' ' + count.value());
        }
    }
}
