package io.tidegate.serving.ingest;

import java.util.Optional;

/**
 * What holds for every event of one request.
 *
 * @param nowMs the server's time
 * @param earliestMs smallest {@code occurredAt} accepted from this sender
 * @param latestMs largest
 * @param tenant from the token; empty if it has none
 * @param repeatKey under which the request may be sent again, if it has one
 */
record IngestTerms(long nowMs, long earliestMs, long latestMs, String tenant, Optional<RepeatKey> repeatKey) {

    /** For a request that has no name. */
    IngestTerms(long nowMs, long earliestMs, long latestMs, String tenant) {
        this(nowMs, earliestMs, latestMs, tenant, Optional.empty());
    }

    IngestTerms repeatableAs(RepeatKey key) {
        return new IngestTerms(nowMs, earliestMs, latestMs, tenant, Optional.of(key));
    }
}
