package io.tidegate.jobs.source;

import com.google.protobuf.MessageLite;
import java.io.Serializable;

/** Whether a message that decodes is fit to be processed. What isn't becomes a dead letter with its original bytes. */
@FunctionalInterface
public interface RecordCheck<M extends MessageLite> extends Serializable {

    /**
     * @param reason machine-readable, see {@link DeadLetter#reason}
     * @param detail in words
     */
    record Refusal(String reason, String detail) {}

    /** Null where nothing is wrong with it: this runs for each record. */
    Refusal refusalOf(M message);

    /** Everything that decodes is fit. */
    static <M extends MessageLite> RecordCheck<M> none() {
        return message -> null;
    }
}
