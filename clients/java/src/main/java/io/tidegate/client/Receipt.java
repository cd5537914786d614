package io.tidegate.client;

/**
 * An event is on all in-sync replicas of the log.
 *
 * @param eventId of the event
 */
public record Receipt(String eventId) {}
