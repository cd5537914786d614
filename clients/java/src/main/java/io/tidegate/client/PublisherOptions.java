package io.tidegate.client;

import java.time.Duration;

/**
 * How events are gathered and sent.
 *
 * @param maxBatch events of a request; at most 10,000, which is what a gateway takes by default
 * @param linger how long a batch waits for more events
 * @param buffer events that may wait for being sent; then {@link Publisher#publish} waits: that's the back-pressure
 * @param maxBlock how long {@code publish} waits for room, then the event fails with {@code buffer_full}
 * @param deliveryTimeout how long an event is tried for, from the first attempt of its batch. Below an hour, which is for how long a
 *     repeated event id is known to count once
 * @param requestTimeout of one attempt
 * @param gzip whether bodies above a kilobyte are compressed
 */
public record PublisherOptions(
        int maxBatch,
        Duration linger,
        int buffer,
        Duration maxBlock,
        Duration deliveryTimeout,
        Duration requestTimeout,
        boolean gzip) {

    public static final PublisherOptions DEFAULT = new PublisherOptions(
            1_000,
            Duration.ofMillis(20),
            20_000,
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            true);

    /**
     * @throws IllegalArgumentException naming the option that is out of bounds
     */
    public PublisherOptions {
        require(maxBatch >= 1 && maxBatch <= 10_000, "maxBatch must be 1 to 10000");
        require(buffer >= maxBatch, "buffer must be at least maxBatch");
        require(!linger.isNegative(), "linger must not be negative");
        require(!maxBlock.isNegative(), "maxBlock must not be negative");
        require(
                deliveryTimeout.compareTo(Duration.ofMinutes(55)) <= 0 && !deliveryTimeout.isNegative(),
                "deliveryTimeout must be at most 55 minutes");
        require(!requestTimeout.isNegative() && !requestTimeout.isZero(), "requestTimeout must be positive");
    }

    private static void require(boolean fine, String problem) {
        if (!fine) {
            throw new IllegalArgumentException(problem);
        }
    }

    public PublisherOptions withLinger(Duration value) {
        return new PublisherOptions(maxBatch, value, buffer, maxBlock, deliveryTimeout, requestTimeout, gzip);
    }

    public PublisherOptions withMaxBatch(int value) {
        return new PublisherOptions(
                value, linger, Math.max(buffer, value), maxBlock, deliveryTimeout, requestTimeout, gzip);
    }

    public PublisherOptions withBuffer(int value, Duration block) {
        return new PublisherOptions(maxBatch, linger, value, block, deliveryTimeout, requestTimeout, gzip);
    }

    public PublisherOptions withDeliveryTimeout(Duration value) {
        return new PublisherOptions(maxBatch, linger, buffer, maxBlock, value, requestTimeout, gzip);
    }

    public PublisherOptions withRequestTimeout(Duration value) {
        return new PublisherOptions(maxBatch, linger, buffer, maxBlock, deliveryTimeout, value, gzip);
    }
}
