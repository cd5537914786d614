package io.tidegate.serving.push;

import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.config.YamlSection;
import java.time.Duration;
import java.util.List;
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
 * @param socketBuffer bytes that the kernel may hold for a WebSocket besides; without a bound it takes megabytes for one that doesn't
 *     read; default 128KiB
 * @param maxClientFrames frames a client may send within {@code clientFramesWindow}, control frames included; default 1000
 * @param clientFramesWindow see {@code maxClientFrames}; default 10s
 * @param pingInterval how often a socket is pinged; one that says nothing for two of them is gone; default 30s
 * @param closeTimeout how long a peer may take to answer a close frame before the connection is cut; default 5s
 * @param allowedOrigins values of the Origin header that may connect besides the gateway's own, for example
 *     {@code https://ops.example.com}; default none
 * @param repeatHorizon how long ids of alerts and notifications are remembered, in append time; default 1h
 * @param repeatCapacity how many of them, for each partition of the two topics; default 200000
 * @param expiryNotice how long before its token expires a listener is told; default 30s
 * @param resume how listeners are brought up to date
 * @param slow what becomes of a listener that doesn't keep up, by kind of channel
 * @param goodbyeOver over what time a gateway that stops sends its listeners away, so that they don't all reconnect at once; never more
 *     than half of {@code shutdown.drain}; default 2s
 */
public record PushConfig(
        Duration authTimeout,
        Duration expiryGrace,
        DataSize maxFrameSize,
        int maxSubscriptions,
        int maxBacklogFrames,
        DataSize maxBacklogSize,
        DataSize socketBuffer,
        int maxClientFrames,
        Duration clientFramesWindow,
        Duration pingInterval,
        Duration closeTimeout,
        Set<String> allowedOrigins,
        Duration repeatHorizon,
        int repeatCapacity,
        Duration expiryNotice,
        ResumeConfig resume,
        SlowConfig slow,
        Duration goodbyeOver) {

    public static final PushConfig DEFAULT = new PushConfig(
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            DataSize.ofKibibytes(64),
            256,
            1_000,
            DataSize.ofMebibytes(1),
            DataSize.ofKibibytes(128),
            1_000,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Set.of(),
            Duration.ofHours(1),
            200_000,
            Duration.ofSeconds(30),
            ResumeConfig.DEFAULT,
            SlowConfig.DEFAULT,
            Duration.ofSeconds(2));

    public PushConfig {
        allowedOrigins = Set.copyOf(allowedOrigins);
    }

    /**
     * Section {@code push}: what isn't given is as in {@link #DEFAULT}.
     *
     * @throws io.tidegate.serving.config.ConfigException that names the field, if one is out of bounds or unknown
     */
    public static PushConfig from(YamlSection yaml) {
        PushConfig defaults = DEFAULT;
        Duration hour = Duration.ofHours(1);
        PushConfig push = new PushConfig(
                yaml.duration("authTimeout", defaults.authTimeout(), Duration.ofMillis(100), hour),
                yaml.duration("expiryGrace", defaults.expiryGrace(), Duration.ZERO, hour),
                yaml.size("maxFrameSize", defaults.maxFrameSize(), DataSize.ofKibibytes(1), DataSize.ofKibibytes(64)),
                yaml.integer("maxSubscriptions", defaults.maxSubscriptions(), 1, 100_000),
                yaml.integer("maxBacklogFrames", defaults.maxBacklogFrames(), 1, 1_000_000),
                yaml.size(
                        "maxBacklogSize",
                        defaults.maxBacklogSize(),
                        DataSize.ofKibibytes(1),
                        DataSize.ofMebibytes(256)),
                yaml.size("socketBuffer", defaults.socketBuffer(), DataSize.ofKibibytes(4), DataSize.ofMebibytes(16)),
                yaml.integer("maxClientFrames", defaults.maxClientFrames(), 1, 1_000_000),
                yaml.duration("clientFramesWindow", defaults.clientFramesWindow(), Duration.ofMillis(100), hour),
                yaml.duration("pingInterval", defaults.pingInterval(), Duration.ofMillis(100), hour),
                yaml.duration("closeTimeout", defaults.closeTimeout(), Duration.ofMillis(100), hour),
                Set.copyOf(yaml.texts("allowedOrigins", List.copyOf(defaults.allowedOrigins()))),
                yaml.duration("repeatHorizon", defaults.repeatHorizon(), Duration.ofSeconds(1), Duration.ofDays(7)),
                yaml.integer("repeatCapacity", defaults.repeatCapacity(), 1, 10_000_000),
                yaml.duration("expiryNotice", defaults.expiryNotice(), Duration.ZERO, hour),
                resume(yaml.section("resume")),
                SlowConfig.from(yaml.section("slow")),
                yaml.duration("goodbyeOver", defaults.goodbyeOver(), Duration.ZERO, Duration.ofMinutes(5)));
        yaml.finish();
        return push;
    }

    private static ResumeConfig resume(YamlSection yaml) {
        ResumeConfig defaults = ResumeConfig.DEFAULT;
        ResumeConfig resume = new ResumeConfig(
                yaml.integer("journalEvents", defaults.journalEvents(), 1, 10_000_000),
                yaml.size("journalSize", defaults.journalSize(), DataSize.ofKibibytes(1), DataSize.ofMebibytes(4096)),
                yaml.integer("maxRecords", defaults.maxRecords(), 1, 100_000_000),
                yaml.integer("maxStored", defaults.maxStored(), 0, 10_000_000),
                yaml.integer("readers", defaults.readers(), 1, 64),
                yaml.integer("maxActive", defaults.maxActive(), 1, 10_000),
                yaml.integer("maxWaiting", defaults.maxWaiting(), 0, 1_000_000),
                yaml.duration("stallTimeout", defaults.stallTimeout(), Duration.ofMillis(100), Duration.ofHours(1)));
        yaml.finish();
        return resume;
    }

    /** The same with other ways to resume. */
    PushConfig withResume(ResumeConfig other) {
        return with(other, slow, goodbyeOver);
    }

    /** The same for a gateway whose draining takes at most this time. */
    public PushConfig drainedIn(Duration drain) {
        Duration half = drain.dividedBy(2);
        return with(resume, slow, goodbyeOver.compareTo(half) > 0 ? half : goodbyeOver);
    }

    /** The same with another treatment of slow listeners. */
    PushConfig withSlow(SlowConfig other) {
        return with(resume, other, goodbyeOver);
    }

    private PushConfig with(ResumeConfig otherResume, SlowConfig otherSlow, Duration otherGoodbye) {
        return new PushConfig(
                authTimeout,
                expiryGrace,
                maxFrameSize,
                maxSubscriptions,
                maxBacklogFrames,
                maxBacklogSize,
                socketBuffer,
                maxClientFrames,
                clientFramesWindow,
                pingInterval,
                closeTimeout,
                allowedOrigins,
                repeatHorizon,
                repeatCapacity,
                expiryNotice,
                otherResume,
                otherSlow,
                otherGoodbye);
    }
}
