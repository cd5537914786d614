package io.tidegate.serving.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.v1.Event;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What holds for every batch, whatever it was read from. */
final class FuzzTerms {

    static final int MAX_EVENTS = 100;
    private static final long NOW = 1_790_000_000_000L;
    static final IngestTerms TERMS = new IngestTerms(NOW, NOW - 86_400_000L, NOW + 300_000L, "tenant-1")
            .repeatableAs(new RepeatKey("tenant-1", "sender", "key"));

    private FuzzTerms() {}

    static void check(EventBatch batch) {
        require(batch.size() <= MAX_EVENTS, "more events than permitted");
        require(batch.accepted().size() + batch.rejected().size() == batch.size(), "an event got lost");
        for (EncodedEvent encoded : batch.accepted()) {
            Event event;
            try {
                event = Event.parseFrom(encoded.value());
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("what was accepted can't be read", e);
            }
            require(event.getUserId().equals(new String(encoded.key(), StandardCharsets.UTF_8)), "key isn't the user");
            require(!event.getUserId().isBlank() && event.getUserId().length() <= 128, "user id");
            require(!event.getEventId().isBlank() && event.getEventId().length() <= 128, "event id");
            require(event.getTenant().equals(TERMS.tenant()), "tenant isn't the token's");
            require(event.getIngestedAtMs() == NOW, "ingested at");
            require(
                    event.getOccurredAtMs() >= TERMS.earliestMs() && event.getOccurredAtMs() <= TERMS.latestMs(),
                    "occurred at");
            require(
                    event.getBodyCase() != Event.BodyCase.BODY_NOT_SET && event.getBodyCase() != Event.BodyCase.TICK,
                    "type");
            require(!event.hasBet() || event.getBet().getAmountE4() > 0, "amount");
            require(event.getBet().getOddsE4() >= 0 && event.getBetOutcome().getPayoutE4() >= 0, "negative");
        }
        for (Rejection rejection : batch.rejected()) {
            require(rejection.code() != null && rejection.message().length() < 600, "rejection");
        }
    }

    static void requireSame(EventBatch batch, EventBatch other) {
        require(batch.eventIds().equals(other.eventIds()), "other events");
        for (int i = 0; i < batch.accepted().size(); i++) {
            EncodedEvent event = batch.accepted().get(i);
            EncodedEvent expected = other.accepted().get(i);
            require(Arrays.equals(event.value(), expected.value()), "another record");
            require(event.identity() == expected.identity() && event.content() == expected.content(), "another hash");
        }
    }

    static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException(what);
        }
    }
}
