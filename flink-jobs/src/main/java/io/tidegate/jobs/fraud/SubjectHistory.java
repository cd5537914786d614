package io.tidegate.jobs.fraud;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What detection knows of a subject, whatever its kind. Mutable; the operator writes it back to the state after each use. */
abstract class SubjectHistory {

    private Silences silences = new Silences();
    /** Null where detection doesn't wait for the watermark, or nothing waits. */
    private WaitingEvents waiting;
    /** Detection time of the latest event that the rules have seen. */
    private long latestMs = Long.MIN_VALUE;
    /** When the operator looks whether all this can be forgotten; {@link Long#MIN_VALUE} before the first timer. */
    private long reviewMs = Long.MIN_VALUE;

    final Silences silences() {
        return silences;
    }

    final WaitingEvents waiting() {
        if (waiting == null) {
            waiting = new WaitingEvents();
        }
        return waiting;
    }

    final boolean isWaiting() {
        return waiting != null && !waiting.isEmpty();
    }

    final long latestMs() {
        return latestMs;
    }

    final void latestMs(long timeMs) {
        latestMs = timeMs;
    }

    final long reviewMs() {
        return reviewMs;
    }

    final void reviewMs(long timeMs) {
        reviewMs = timeMs;
    }

    final void copyTo(SubjectHistory copy) {
        copy.silences = silences.copy();
        copy.waiting = isWaiting() ? waiting.copy() : null;
        copy.latestMs = latestMs;
        copy.reviewMs = reviewMs;
    }

    final void writeCommon(DataOutputView target) throws IOException {
        target.writeLong(latestMs);
        target.writeLong(reviewMs);
        silences.write(target);
        target.writeBoolean(isWaiting());
        if (isWaiting()) {
            waiting.write(target);
        }
    }

    final void readCommon(DataInputView source) throws IOException {
        latestMs = source.readLong();
        reviewMs = source.readLong();
        silences = Silences.read(source);
        waiting = source.readBoolean() ? WaitingEvents.read(source) : null;
    }
}
