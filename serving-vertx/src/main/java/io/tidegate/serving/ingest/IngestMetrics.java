package io.tidegate.serving.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What ingest counts. Touched once per request, not once per event. Times come in as nanoseconds. */
final class IngestMetrics {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };

    private final MeterRegistry registry;
    private final Counter accepted;
    private final Counter conflicting;
    private final Map<RejectionCode, Counter> rejected = new EnumMap<>(RejectionCode.class);
    private final Counter bytes;
    private final Timer requests;
    private final Timer acknowledgements;

    IngestMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.accepted = Counter.builder("tidegate.ingest.events.accepted")
                .description("Events acknowledged by the log and answered with 202")
                .register(registry);
        this.conflicting = Counter.builder("tidegate.ingest.events.conflicting")
                .description("Events whose id was sent before with another content; the first one counts")
                .register(registry);
        for (RejectionCode code : RejectionCode.values()) {
            rejected.put(
                    code,
                    Counter.builder("tidegate.ingest.events.rejected")
                            .description("Bad events")
                            .tag("code", code.wireName())
                            .register(registry));
        }
        this.bytes = Counter.builder("tidegate.ingest.body")
                .description("Bytes of request bodies, as sent")
                .baseUnit("bytes")
                .register(registry);
        this.requests = Timer.builder("tidegate.ingest.request")
                .description("From the request's head to its answer")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        this.acknowledgements = Timer.builder("tidegate.ingest.acknowledgement")
                .description("From a batch's first send to its last acknowledgement")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    void watch(UploadBudget budget) {
        Gauge.builder("tidegate.ingest.in.flight", budget, UploadBudget::used)
                .description("Bytes held by requests that are being read or wait for the log")
                .baseUnit("bytes")
                .register(registry);
    }

    void stored(EventBatch batch) {
        accepted.increment(batch.accepted().size());
    }

    void conflicting(int events) {
        conflicting.increment(events);
    }

    void rejected(EventBatch batch) {
        for (Rejection rejection : batch.rejected()) {
            rejected.get(rejection.code()).increment();
        }
    }

    void acknowledged(long nanos) {
        acknowledgements.record(nanos, TimeUnit.NANOSECONDS);
    }

    void answered(long nanos, long bodyBytes) {
        requests.record(nanos, TimeUnit.NANOSECONDS);
        bytes.increment(bodyBytes);
    }

    /** A request that got a problem document as a whole. */
    void refused(String code) {
        // Looked up by tag: refusals are rare, and their codes are a short fixed list.
        Counter.builder("tidegate.ingest.requests.refused")
                .description("Requests answered with an error as a whole")
                .tag("code", code)
                .register(registry)
                .increment();
    }
}
