package io.tidegate.serving.push;

import io.tidegate.serving.config.DataSize;
import java.time.Duration;
import java.util.Set;

/**
 * Limits and habits of {@code /ws}: section {@code push} of the configuration, which checks the bounds.
 *
 * @param authTimeout how long a socket may stay without a valid token; default 10s
 * @param expiryGrace how long a socket lives on after its token has expired, so that it can send a new one; default 5s
 * @param maxFrameSize largest message from a client, in one frame or several; default and most 64KiB
 * @param maxSubscriptions channels of one socket; default 256
 * @param maxBacklogFrames frames that may wait for a slow listener; default 1000
 * @param maxBacklogSize bytes that may wait for a slow listener; default 1MiB
 * @param maxClientFrames frames a client may send within {@code clientFramesWindow}, control frames included; default 1000
 * @param clientFramesWindow see {@code maxClientFrames}; default 10s
 * @param pingInterval how often a socket is pinged; one that says nothing for two of them is gone; default 30s
 * @param closeTimeout how long a peer may take to answer a close frame before the connection is cut; default 5s
 * @param allowedOrigins values of the Origin header that may connect besides the gateway's own, for example
 *     {@code https://ops.example.com}; default none
 * @param repeatHorizon how long ids of delivered alerts and notifications are remembered; default 1h
 * @param repeatCapacity how many of them, for each of the two topics; default 200000
 */
public record PushConfig(
        Duration authTimeout,
        Duration expiryGrace,
        DataSize maxFrameSize,
        int maxSubscriptions,
        int maxBacklogFrames,
        DataSize maxBacklogSize,
        int maxClientFrames,
        Duration clientFramesWindow,
        Duration pingInterval,
        Duration closeTimeout,
        Set<String> allowedOrigins,
        Duration repeatHorizon,
        int repeatCapacity) {

    public static final PushConfig DEFAULT = new PushConfig(
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            DataSize.ofKibibytes(64),
            256,
            1_000,
            DataSize.ofMebibytes(1),
            1_000,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Set.of(),
            Duration.ofHours(1),
            200_000);

    public PushConfig {
        allowedOrigins = Set.copyOf(allowedOrigins);
    }
}
