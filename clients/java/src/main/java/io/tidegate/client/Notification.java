package io.tidegate.client;

/**
 * Something for one user.
 *
 * @param kind {@code milestone}, {@code big_win}, {@code take_a_break}, or one that is newer than this client
 * @param message a sentence for people
 * @param data what the kind has besides, a JSON object
 */
public record Notification(String notificationId, String kind, String message, String data) implements FeedMessage {}
