package io.tidegate.jobs.fraud;

import io.tidegate.jobs.source.StoredText;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Until when rules say nothing more about a subject: one alert per rule and subject until the rule's window has passed. */
final class Silences {

    private static final String[] NO_RULES = {};
    private static final long[] NO_TIMES = {};

    private String[] rules = NO_RULES;
    private long[] untilMs = NO_TIMES;

    /** Whether the rule is silent about a match completed at {@code timeMs}. */
    boolean covers(String rule, long timeMs) {
        for (int i = 0; i < rules.length; i++) {
            if (rules[i].equals(rule)) {
                return timeMs < untilMs[i];
            }
        }
        return false;
    }

    /** @param endMs exclusive */
    void begin(String rule, long endMs) {
        for (int i = 0; i < rules.length; i++) {
            if (rules[i].equals(rule)) {
                untilMs[i] = endMs;
                return;
            }
        }
        int last = rules.length;
        rules = Arrays.copyOf(rules, last + 1);
        untilMs = Arrays.copyOf(untilMs, last + 1);
        rules[last] = rule;
        untilMs[last] = endMs;
    }

    /** When the last of them is over; {@link Long#MIN_VALUE} without any. */
    long endMs() {
        long latest = Long.MIN_VALUE;
        for (long until : untilMs) {
            latest = Math.max(latest, until);
        }
        return latest;
    }

    Silences copy() {
        Silences copy = new Silences();
        copy.rules = rules.length == 0 ? NO_RULES : rules.clone();
        copy.untilMs = untilMs.length == 0 ? NO_TIMES : untilMs.clone();
        return copy;
    }

    /** @param silences null for none */
    static void write(Silences silences, DataOutputView target) throws IOException {
        int count = silences == null ? 0 : silences.rules.length;
        target.writeByte(count);
        for (int i = 0; i < count; i++) {
            StoredText.write(silences.rules[i], target);
            target.writeLong(silences.untilMs[i]);
        }
    }

    /** Null for none. */
    static Silences read(DataInputView source) throws IOException {
        int count = source.readUnsignedByte();
        if (count == 0) {
            return null;
        }
        Silences silences = new Silences();
        for (int i = 0; i < count; i++) {
            silences.begin(StringValue.readString(source), source.readLong());
        }
        return silences;
    }
}
