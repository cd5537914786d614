package io.tidegate.serving.ingest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What became of the events of one request. Filled once by a decoder, read afterwards. */
final class EventBatch {

    private final List<EncodedEvent> accepted = new ArrayList<>();
    private final List<Rejection> rejected = new ArrayList<>();
    private final List<String> eventIds = new ArrayList<>();

    private long acceptedBytes;

    void accept(String eventId, EncodedEvent event) {
        accepted.add(event);
        acceptedBytes += event.key().length + event.value().length;
        eventIds.add(eventId);
    }

    void reject(Rejection rejection) {
        rejected.add(rejection);
        eventIds.add(null);
    }

    /** How many events the request had. */
    int size() {
        return eventIds.size();
    }

    List<EncodedEvent> accepted() {
        return Collections.unmodifiableList(accepted);
    }

    /** Keys and values of the accepted events together. */
    long acceptedBytes() {
        return acceptedBytes;
    }

    /** By index, ascending. */
    List<Rejection> rejected() {
        return Collections.unmodifiableList(rejected);
    }

    /** By index of the request; null where the event was rejected. */
    List<String> eventIds() {
        return Collections.unmodifiableList(eventIds);
    }
}
