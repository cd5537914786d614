/**
 * Live data to whoever is connected: {@code GET /ws}, {@code GET /api/v1/feed}, gRPC {@code FeedService}.
 *
 * <p>A {@link io.tidegate.serving.push.FeedSession} is one listener, whatever its transport; an
 * {@link io.tidegate.serving.push.Outlet} speaks the transport's words. A {@link io.tidegate.serving.push.Replay} brings it from a
 * cursor to the present.
 *
 * <p>The way of a message: one {@link io.tidegate.serving.push.TopicReader} per process and topic reads every partition
 * without a consumer group; a feed ({@link io.tidegate.serving.push.StreamFeed}, the counters')
 * turns a record into one
 * {@link io.tidegate.serving.push.FeedEvent}; {@link io.tidegate.serving.push.PushHub} hands it to one
 * {@link io.tidegate.serving.push.PushShard} per event loop, which alone touches the sockets of that loop. So there is no
 * lock on the way, and the bytes of a frame are encoded once and shared by all sockets.
 *
 * <p>Two kinds of channel. A <em>stream</em> (alerts, a person's notifications) delivers every event in order or says that
 * it didn't: an explicit gap frame, or close code 1013 with the last cursor. A <em>state</em> (counters, leaderboard)
 * delivers the newest value; values in between may be skipped for a slow listener.
 */
package io.tidegate.serving.push;
