package io.tidegate.jobs.source;

import com.google.protobuf.MessageLite;
import java.util.Objects;

/**
 * A record of a topic with its value decoded, or with the reason why it could not be: exactly one of {@code message} and
 * {@code deadLetter} is set.
 *
 * @param partition of the topic
 * @param offset in the partition; with the partition it orders the records of one key
 * @param appendedAtMs the broker's append time (epoch milliseconds) where the topic has {@code LogAppendTime}
 * @param message null for a dead letter
 * @param deadLetter null for a decoded record
 */
public record SourceRecord<M extends MessageLite>(
        int partition, long offset, long appendedAtMs, M message, DeadLetter deadLetter) {

    public SourceRecord {
        if ((message == null) == (deadLetter == null)) {
            throw new IllegalArgumentException("exactly one of message and deadLetter");
        }
    }

    static <M extends MessageLite> SourceRecord<M> decoded(int partition, long offset, long appendedAtMs, M message) {
        return new SourceRecord<>(partition, offset, appendedAtMs, Objects.requireNonNull(message), null);
    }

    static <M extends MessageLite> SourceRecord<M> dead(DeadLetter letter) {
        return new SourceRecord<>(letter.partition(), letter.offset(), letter.appendedAtMs(), null, letter);
    }
}
