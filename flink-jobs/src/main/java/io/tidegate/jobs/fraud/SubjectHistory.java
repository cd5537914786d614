package io.tidegate.jobs.fraud;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What detection knows of a subject, whatever its kind. Mutable; the operator writes it back to the state after each use. */
abstract class SubjectHistory {

    /** Null until a rule has raised something: of most subjects none ever does. */
    private Silences silences;
    /** Null where detection doesn't wait for the watermark, or nothing waits. */
    private WaitingEvents waiting;
    /** Detection time of the latest event that the rules have seen. */
    private long latestMs = Long.MIN_VALUE;
    /** When the operator looks whether all this can be forgotten; {@link Long#MIN_VALUE} before the first timer. */
    private long reviewMs = Long.MIN_VALUE;

    /** Whether the rule says nothing about a match completed at {@code timeMs}. */
    final boolean isSilent(String rule, long timeMs) {
        return silences != null && silences.covers(rule, timeMs);
    }

    /** @param endMs exclusive */
    final void silence(String rule, long endMs) {
        if (silences == null) {
            silences = new Silences();
        }
        silences.begin(rule, endMs);
    }

    /** When the last silence is over; {@link Long#MIN_VALUE} without any. */
    final long silentUntilMs() {
        return silences == null ? Long.MIN_VALUE : silences.endMs();
    }

    /** Whether nothing has been decided about the subject, and nothing waits to be. */
    final boolean isUntouched() {
        return latestMs == Long.MIN_VALUE && waiting == null;
    }

    final WaitingEvents waiting() {
        if (waiting == null) {
            waiting = new WaitingEvents();
        }
        return waiting;
    }

    /** The first event of all, to be decided about when another one comes. */
    final void awaitAlone(FraudEvent event) {
        waiting = WaitingEvents.ofLone(event);
    }

    final boolean isWaiting() {
        return waiting != null;
    }

    /** The first of the events that wait; there is one. */
    final FraudEvent removeFirstWaiting() {
        FraudEvent first = waiting.removeFirst();
        if (waiting.isEmpty()) {
            waiting = null;
        }
        return first;
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
        copy.silences = silences == null ? null : silences.copy();
        copy.waiting = isWaiting() ? waiting.copy() : null;
        copy.latestMs = latestMs;
        copy.reviewMs = reviewMs;
    }

    final void writeCommon(DataOutputView target) throws IOException {
        target.writeLong(latestMs);
        target.writeLong(reviewMs);
        Silences.write(silences, target);
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
