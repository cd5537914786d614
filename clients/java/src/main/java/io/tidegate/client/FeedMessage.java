package io.tidegate.client;

/** What a channel carries. */
public sealed interface FeedMessage permits Alert, Notification, PostCounters, Leaderboard {}
