package io.tidegate.replay.oracle;

import java.math.BigDecimal;
import java.util.Objects;

/**
 * One event as the oracle reads it. Text that isn't given is empty, a number that isn't given is 0.
 *
 * @param timeMs epoch milliseconds; the detection time of {@link Oracle#alerts} and the event time of the windows
 * @param amountE4 in ten-thousandths, like the other numbers with that suffix
 */
public record OracleEvent(
        EventType type,
        String eventId,
        String userId,
        long timeMs,
        String postId,
        String authorId,
        String betId,
        String gameId,
        long amountE4,
        String currency,
        long oddsE4,
        String betType,
        String city,
        String deviceType,
        long payoutE4,
        String ip,
        String deviceId,
        String country) {

    public OracleEvent {
        Objects.requireNonNull(type, "type");
        requireGiven(eventId, "eventId");
        requireGiven(userId, "userId");
    }

    private static void requireGiven(String value, String field) {
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(field + ": missing");
        }
    }

    public static Builder builder(EventType type, String eventId, String userId, long timeMs) {
        return new Builder(type, eventId, userId, timeMs);
    }

    /** The same with another id and time: what happened, happening again. */
    public OracleEvent withIdAndTime(String otherEventId, long otherTimeMs) {
        return new OracleEvent(
                type,
                otherEventId,
                userId,
                otherTimeMs,
                postId,
                authorId,
                betId,
                gameId,
                amountE4,
                currency,
                oddsE4,
                betType,
                city,
                deviceType,
                payoutE4,
                ip,
                deviceId,
                country);
    }

    /** Fills what an event type needs; everything else stays "not given". */
    public static final class Builder {
        private final EventType type;
        private final String eventId;
        private final String userId;
        private final long timeMs;
        private String postId = "";
        private String authorId = "";
        private String betId = "";
        private String gameId = "";
        private long amountE4;
        private String currency = "";
        private long oddsE4;
        private String betType = "";
        private String city = "";
        private String deviceType = "";
        private long payoutE4;
        private String ip = "";
        private String deviceId = "";
        private String country = "";

        private Builder(EventType type, String eventId, String userId, long timeMs) {
            this.type = type;
            this.eventId = eventId;
            this.userId = userId;
            this.timeMs = timeMs;
        }

        public Builder post(String id) {
            this.postId = id;
            return this;
        }

        public Builder author(String id) {
            this.authorId = id;
            return this;
        }

        public Builder bet(String id) {
            this.betId = id;
            return this;
        }

        public Builder game(String id) {
            this.gameId = id;
            return this;
        }

        /** @param decimal with at most four decimals */
        public Builder amount(String decimal) {
            this.amountE4 = e4(decimal);
            return this;
        }

        public Builder amountE4(long tenThousandths) {
            this.amountE4 = tenThousandths;
            return this;
        }

        public Builder currency(String code) {
            this.currency = code;
            return this;
        }

        /** @param decimal with at most four decimals */
        public Builder odds(String decimal) {
            this.oddsE4 = e4(decimal);
            return this;
        }

        public Builder betType(String name) {
            this.betType = name;
            return this;
        }

        public Builder city(String name) {
            this.city = name;
            return this;
        }

        public Builder deviceType(String name) {
            this.deviceType = name;
            return this;
        }

        /** @param decimal with at most four decimals */
        public Builder payout(String decimal) {
            this.payoutE4 = e4(decimal);
            return this;
        }

        public Builder payoutE4(long tenThousandths) {
            this.payoutE4 = tenThousandths;
            return this;
        }

        public Builder ip(String address) {
            this.ip = address;
            return this;
        }

        public Builder device(String id) {
            this.deviceId = id;
            return this;
        }

        public Builder country(String code) {
            this.country = code;
            return this;
        }

        public OracleEvent build() {
            return new OracleEvent(
                    type,
                    eventId,
                    userId,
                    timeMs,
                    postId,
                    authorId,
                    betId,
                    gameId,
                    amountE4,
                    currency,
                    oddsE4,
                    betType,
                    city,
                    deviceType,
                    payoutE4,
                    ip,
                    deviceId,
                    country);
        }

        private static long e4(String decimal) {
            return new BigDecimal(decimal).movePointRight(4).longValueExact();
        }
    }
}
