package io.tidegate.serving.ingest;

/**
 * A {@code tidegate.v1.PublishRequest}, read.
 *
 * @param batchId the client's, or empty
 */
record PublishBatch(String batchId, EventBatch events) {}
