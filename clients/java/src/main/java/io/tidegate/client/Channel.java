package io.tidegate.client;

/**
 * A feed to subscribe to.
 *
 * @param <M> what it carries
 */
public final class Channel<M extends FeedMessage> {

    /** All alerts; role analyst or admin. */
    public static final Channel<Alert> ALERTS = new Channel<>("alerts", Json::alert);

    public static final Channel<Alert> FRAUD_ALERTS = new Channel<>("alerts:fraud", Json::alert);
    public static final Channel<Alert> SURGE_ALERTS = new Channel<>("alerts:surge", Json::alert);
    /** The posts with the most likes; newest value on subscribing and whenever it changes. */
    public static final Channel<Leaderboard> TOP_POSTS = new Channel<>("leaderboard:posts", Json::leaderboard);

    private final String name;
    private final Json.Reader<M> reader;

    private Channel(String name, Json.Reader<M> reader) {
        this.name = name;
        this.reader = reader;
    }

    /** What is for one user; that user's token, or role admin. */
    public static Channel<Notification> user(String userId) {
        return new Channel<>("user:" + userId, Json::notification);
    }

    /** A post's counters; newest value on subscribing and whenever it changes. */
    public static Channel<PostCounters> post(String postId) {
        return new Channel<>("post:" + postId, Json::postCounters);
    }

    /** As on the wire. */
    public String name() {
        return name;
    }

    Json.Reader<M> reader() {
        return reader;
    }

    @Override
    public String toString() {
        return name;
    }
}
