package io.tidegate.serving.ingest;

/**
 * What holds for every event of one request.
 *
 * @param nowMs the server's time
 * @param earliestMs smallest {@code occurredAt} accepted from this sender
 * @param latestMs largest
 * @param tenant from the token; empty if it has none
 */
record IngestTerms(long nowMs, long earliestMs, long latestMs, String tenant) {}
