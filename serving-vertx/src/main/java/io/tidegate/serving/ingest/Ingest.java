package io.tidegate.serving.ingest;

import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.auth.Role;
import java.time.Clock;
import java.util.List;

/**
 * Accepting events, whatever transport they come by: a transport turns bytes into an {@link EventBatch} under the sender's
 * {@link #terms}, hands it to {@link #store}, and puts the outcome into its own words. HTTP is {@link Uploads}, gRPC is
 * {@link PublishService}. One object per process, safe for use from every event loop.
 */
final class Ingest {

    private final GatewayConfig.Ingest config;
    private final EventLog log;
    private final IngestMetrics metrics;
    private final Clock clock;
    private final EventJsonDecoder decoder;
    private final Repeats repeats = new Repeats();
    private final EventProtoDecoder protoDecoder;

    Ingest(GatewayConfig.Ingest config, EventLog log, IngestMetrics metrics, Clock clock) {
        this.config = config;
        this.log = log;
        this.metrics = metrics;
        this.clock = clock;
        this.decoder = new EventJsonDecoder(config.maxBatch());
        this.protoDecoder = new EventProtoDecoder(config.maxBatch());
    }

    /** What holds for events that this sender sends now. */
    IngestTerms terms(Principal sender) {
        long now = clock.millis();
        long earliest = sender.has(Role.IMPORTER)
                ? config.importerEarliest().toEpochMilli()
                : now - config.maxAge().toMillis();
        return new IngestTerms(now, earliest, now + config.maxAhead().toMillis(), sender.tenant());
    }

    /**
     * Decodes a whole body. Costs time in proportion to it; call it off the event loop if it is long.
     *
     * @throws BodyRefusedException if the body as a whole can't be taken
     */
    EventBatch decode(byte[] body, BodyFormat format, boolean gzip, IngestTerms terms) throws BodyRefusedException {
        byte[] plain = gzip ? Gzip.inflate(body, config.maxInflatedSize().intBytes()) : body;
        EventBatch batch = format == BodyFormat.LINES
                ? decoder.decodeLines(plain, plain.length, terms)
                : decoder.decodeJson(plain, plain.length, terms);
        checkRepeat(terms, batch, plain);
        return batch;
    }

    private void checkRepeat(IngestTerms terms, EventBatch batch, byte[] plain) throws BodyRefusedException {
        // A request of which nothing can be accepted may be mended and sent again under its key.
        if (terms.repeatKey().isPresent()
                && !batch.accepted().isEmpty()
                && !repeats.isSameBody(terms.repeatKey().get(), plain, plain.length)) {
            throw new BodyRefusedException(
                    422,
                    "idempotency_key_reused",
                    "Another body was sent under this Idempotency-Key. A new request needs a new key.");
        }
    }

    /**
     * Decodes a {@code PublishRequest}; as {@link #decode} otherwise. The batch may be empty.
     *
     * @throws BodyRefusedException if the message as a whole can't be taken
     */
    PublishBatch decodeProtobuf(byte[] message, IngestTerms terms) throws BodyRefusedException {
        PublishBatch batch = protoDecoder.decode(message, terms);
        checkRepeat(terms, batch.events(), message);
        return batch;
    }

    /** False while {@link #store} would refuse at once. */
    boolean available() {
        return log.available();
    }

    /** Appends the accepted events of a batch to the log; the completion runs once, on any thread. */
    void store(EventBatch batch, EventLog.Completion completion) {
        List<EncodedEvent> events = batch.accepted();
        int conflicts = 0;
        for (int i = 0; i < events.size(); i++) {
            if (repeats.isConflict(events.get(i))) {
                conflicts++;
            }
        }
        if (conflicts > 0) {
            metrics.conflicting(conflicts);
        }
        log.append(batch.accepted(), outcome -> {
            if (outcome == EventLog.Outcome.STORED) {
                metrics.stored(batch);
            }
            completion.completed(outcome);
        });
    }
}
