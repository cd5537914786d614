package io.tidegate.replay.send;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Where batches go. */
public interface Gateway {

    /**
     * Sends one batch and waits for the answer.
     *
     * @param body a JSON array of events
     * @param events how many there are in it
     */
    Answer send(byte[] body, int events);

    /** What became of a batch. */
    sealed interface Answer {

        /** The gateway has judged every event of the batch. */
        record Judged(int accepted, List<Rejection> rejected) implements Answer {
            public Judged {
                rejected = List.copyOf(rejected);
            }
        }

        /** Nobody knows whether the batch arrived, or it didn't; the same batch may be sent again. */
        record Unavailable(String reason, Optional<Duration> retryAfter) implements Answer {}

        /** Sending it again won't help. */
        record Refused(String reason) implements Answer {}
    }

    /** @param index of the event in the batch */
    record Rejection(int index, String code, String field, String message) {}
}
