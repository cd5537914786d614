package io.tidegate.serving.push;

import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.auth.Role;
import io.tidegate.serving.auth.TenantScope;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a listener subscribes to, and who may.
 *
 * <p>Grammar: {@code alerts} | {@code alerts:fraud} | {@code alerts:surge} | {@code leaderboard:posts} | {@code user:ID} |
 * {@code post:ID}, where ID is 1 to 128 characters of {@code A-Z a-z 0-9 . _ - : @ + = | ~}, without {@code ..}. Nothing
 * else is a channel: no wildcard, no blank, no control character, nothing outside ASCII. So a name is safe in a JSON
 * string, in a log line and in a metric without escaping.
 *
 * @param family which topic feeds it
 * @param name the name on the wire
 * @param id the ID part; empty where the channel has none
 */
public record Channel(Family family, String name, String id) {

    /** Channels that share a topic, a permission and a way of delivery. */
    public enum Family {
        ALERTS(1, false),
        USER(2, false),
        POST(3, true),
        LEADERBOARD(3, true);

        private final int topicTag;
        private final boolean state;

        Family(int topicTag, boolean state) {
            this.topicTag = topicTag;
            this.state = state;
        }

        /** Number of the feeding topic inside a {@link Cursor}: part of the wire format, never to be reused. */
        int topicTag() {
            return topicTag;
        }

        /** Whether only the newest value counts; otherwise every event does. */
        public boolean isState() {
            return state;
        }
    }

    public static final Channel ALERTS = new Channel(Family.ALERTS, "alerts", "");
    public static final Channel ALERTS_FRAUD = new Channel(Family.ALERTS, "alerts:fraud", "");
    public static final Channel ALERTS_SURGE = new Channel(Family.ALERTS, "alerts:surge", "");
    public static final Channel LEADERBOARD_POSTS = new Channel(Family.LEADERBOARD, "leaderboard:posts", "");

    /** Longest name that parses: the prefix and an id of 128 characters. */
    public static final int MAX_NAME_LENGTH = 5 + 128;

    private static final String USER_PREFIX = "user:";
    private static final String POST_PREFIX = "post:";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:@+=|~-]{1,128}");

    public static Channel user(String userId) {
        return new Channel(Family.USER, USER_PREFIX + userId, userId);
    }

    public static Channel post(String postId) {
        return new Channel(Family.POST, POST_PREFIX + postId, postId);
    }

    /** The channel of that name, or empty where the name is outside the grammar. */
    public static Optional<Channel> parse(String name) {
        if (name.length() > MAX_NAME_LENGTH) {
            return Optional.empty();
        }
        switch (name) {
            case "alerts":
                return Optional.of(ALERTS);
            case "alerts:fraud":
                return Optional.of(ALERTS_FRAUD);
            case "alerts:surge":
                return Optional.of(ALERTS_SURGE);
            case "leaderboard:posts":
                return Optional.of(LEADERBOARD_POSTS);
            default:
                break;
        }
        if (name.startsWith(USER_PREFIX)) {
            return Optional.of(name.substring(USER_PREFIX.length()))
                    .filter(Channel::isId)
                    .map(Channel::user);
        }
        if (name.startsWith(POST_PREFIX)) {
            return Optional.of(name.substring(POST_PREFIX.length()))
                    .filter(Channel::isId)
                    .map(Channel::post);
        }
        return Optional.empty();
    }

    /** Whether this id can be part of a channel name. */
    public static boolean isId(String id) {
        return ID.matcher(id).matches() && !id.contains("..");
    }

    /**
     * Alerts: role analyst or admin. A person's channel: that person or an admin. Posts and leaderboard, whose numbers are those of all
     * tenants together: anybody with a token that has no tenant. What of the channel somebody gets is {@link #scope}.
     */
    public boolean readableBy(Principal who) {
        return switch (family) {
            case ALERTS -> who.has(Role.ANALYST) || who.has(Role.ADMIN);
            case USER -> id.equals(who.sub()) || who.has(Role.ADMIN);
            case POST, LEADERBOARD -> who.tenant().isEmpty();
        };
    }

    /**
     * Whose data this reader gets of the channel: their tenant's, or all for those without one. A person is one within their tenant, so
     * somebody's own channel has nothing that is meant for a namesake elsewhere.
     */
    TenantScope scope(Principal who) {
        return family == Family.USER && !who.has(Role.ADMIN) ? TenantScope.only(who.tenant()) : who.scope();
    }

    @Override
    public String toString() {
        return name;
    }
}
