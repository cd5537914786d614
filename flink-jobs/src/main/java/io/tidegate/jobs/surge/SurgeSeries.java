package io.tidegate.jobs.surge;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The levels of a subject, window after window, and what is usual: windows that are open, the baseline after the last one
 * that was measured, and whether a surge is on. Mutable.
 */
final class SurgeSeries {

    private static final long[] NONE = {};

    /** Length of the windows; 0 before the first event. */
    long windowMs;

    private long[] openEndMs = NONE;
    private long[] openValueE4 = NONE;

    /** Whether the baseline is alive: empty windows are measured too. */
    boolean alive;
    /** End of the window measured last. */
    long endMs;
    /** After that window. */
    double meanE4;
    /** That window was a spike. */
    boolean spike;
    /** What it was measured against. */
    double baselineE4;

    boolean surging;

    /** @return whether it is the first of its window */
    boolean add(long windowEndMs, long valueE4) {
        for (int i = 0; i < openEndMs.length; i++) {
            if (openEndMs[i] == windowEndMs) {
                openValueE4[i] += valueE4;
                return false;
            }
        }
        int last = openEndMs.length;
        openEndMs = Arrays.copyOf(openEndMs, last + 1);
        openValueE4 = Arrays.copyOf(openValueE4, last + 1);
        openEndMs[last] = windowEndMs;
        openValueE4[last] = valueE4;
        return true;
    }

    boolean isOpen(long windowEndMs) {
        return Arrays.stream(openEndMs).anyMatch(end -> end == windowEndMs);
    }

    /** Takes the window's sum out; 0 where it had no event. */
    long close(long windowEndMs) {
        for (int i = 0; i < openEndMs.length; i++) {
            if (openEndMs[i] == windowEndMs) {
                long value = openValueE4[i];
                int last = openEndMs.length - 1;
                openEndMs[i] = openEndMs[last];
                openValueE4[i] = openValueE4[last];
                openEndMs = Arrays.copyOf(openEndMs, last);
                openValueE4 = Arrays.copyOf(openValueE4, last);
                return value;
            }
        }
        return 0;
    }

    boolean isEmpty() {
        return openEndMs.length == 0 && !alive && !surging;
    }

    /**
     * Goes on with windows of another length. What was counted of the open ones is forgotten; the baseline keeps its level per
     * second; a surge that is on stays on.
     */
    void resize(long newWindowMs, long atMs) {
        meanE4 = windowMs == 0 ? 0 : meanE4 * newWindowMs / windowMs;
        windowMs = newWindowMs;
        openEndMs = NONE;
        openValueE4 = NONE;
        endMs = Math.floorDiv(atMs, newWindowMs) * newWindowMs;
        spike = false;
    }

    SurgeSeries copy() {
        SurgeSeries copy = new SurgeSeries();
        copy.windowMs = windowMs;
        copy.openEndMs = openEndMs.clone();
        copy.openValueE4 = openValueE4.clone();
        copy.alive = alive;
        copy.endMs = endMs;
        copy.meanE4 = meanE4;
        copy.spike = spike;
        copy.baselineE4 = baselineE4;
        copy.surging = surging;
        return copy;
    }

    void write(DataOutputView target) throws IOException {
        target.writeLong(windowMs);
        target.writeInt(openEndMs.length);
        for (int i = 0; i < openEndMs.length; i++) {
            target.writeLong(openEndMs[i]);
            target.writeLong(openValueE4[i]);
        }
        target.writeBoolean(alive);
        target.writeLong(endMs);
        target.writeDouble(meanE4);
        target.writeBoolean(spike);
        target.writeDouble(baselineE4);
        target.writeBoolean(surging);
    }

    static SurgeSeries read(DataInputView source) throws IOException {
        SurgeSeries series = new SurgeSeries();
        series.windowMs = source.readLong();
        int open = source.readInt();
        for (int i = 0; i < open; i++) {
            series.add(source.readLong(), source.readLong());
        }
        series.alive = source.readBoolean();
        series.endMs = source.readLong();
        series.meanE4 = source.readDouble();
        series.spike = source.readBoolean();
        series.baselineE4 = source.readDouble();
        series.surging = source.readBoolean();
        return series;
    }
}
