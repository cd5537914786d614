package io.tidegate.serving.ingest;

/**
 * One event that isn't accepted.
 *
 * @param index position in the request, from 0; blank lines of NDJSON don't count
 * @param field JSON name of the field at fault; empty if the event as a whole is
 * @param message one sentence for a person
 */
public record Rejection(int index, RejectionCode code, String field, String message) {}
