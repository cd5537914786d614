package io.tidegate.serving.ingest;

/**
 * A record for topic {@code events}. The arrays belong to the record and aren't changed.
 *
 * @param key user id, UTF-8
 * @param value {@code tidegate.v1.Event}, protobuf
 */
record EncodedEvent(byte[] key, byte[] value) {}
