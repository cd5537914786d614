package io.tidegate.dev.demo.traffic;

import java.util.Locale;

/**
 * One event as a client sends it.
 *
 * @param occurredAtMs epoch milliseconds
 */
public record TrafficEvent(String eventId, long occurredAtMs, Actor actor, Body body) {

    /** Who does it, and from where. */
    public record Actor(String userId, String ip, String deviceId, String country) {}

    /** What is done; one record per shape of the contract. */
    public sealed interface Body permits Post, Reaction, Comment, Bet, Outcome, Payment, Login {

        /** The contract's name of the event type. */
        String type();
    }

    public record Post(String postId) implements Body {
        @Override
        public String type() {
            return "post";
        }
    }

    public record Reaction(Kind kind, String postId, String authorId) implements Body {
        public enum Kind {
            LIKE,
            UNLIKE,
            SHARE
        }

        @Override
        public String type() {
            return kind.name().toLowerCase(Locale.ROOT);
        }
    }

    public record Comment(String postId, String commentId, String authorId) implements Body {
        @Override
        public String type() {
            return "comment";
        }
    }

    /** @param stakeCents like {@code oddsHundredths} a whole number, so that nothing is rounded */
    public record Bet(
            String betId,
            String gameId,
            long stakeCents,
            long oddsHundredths,
            String betType,
            String channel,
            String city,
            String deviceType)
            implements Body {
        @Override
        public String type() {
            return "bet";
        }
    }

    /** @param payoutCents 0 for a loss */
    public record Outcome(String betId, String gameId, boolean won, long payoutCents) implements Body {
        @Override
        public String type() {
            return "bet_outcome";
        }
    }

    public record Payment(Kind kind, long amountCents, String method) implements Body {
        public enum Kind {
            DEPOSIT,
            WITHDRAWAL
        }

        @Override
        public String type() {
            return kind.name().toLowerCase(Locale.ROOT);
        }
    }

    public record Login() implements Body {
        @Override
        public String type() {
            return "login";
        }
    }
}
