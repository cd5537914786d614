package io.tidegate.serving.ingest;

/**
 * A record for topic {@code events}. The arrays belong to the record and aren't changed.
 *
 * @param key user id, UTF-8
 * @param value {@code tidegate.v1.Event}, protobuf
 * @param identity hash of tenant, user and event id if the sender gave the id; 0 if it didn't
 * @param content hash of everything else that the sender gave
 */
record EncodedEvent(byte[] key, byte[] value, long identity, long content) {}
