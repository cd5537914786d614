package io.tidegate.serving.push;

import io.tidegate.serving.config.DataSize;
import java.time.Duration;
import java.util.Set;

/** Configurations of tests: what isn't given is as by default. */
final class TestPushConfig {

    private TestPushConfig() {}

    static PushConfig of(
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
        return new PushConfig(
                authTimeout,
                expiryGrace,
                maxFrameSize,
                maxSubscriptions,
                maxBacklogFrames,
                maxBacklogSize,
                PushConfig.DEFAULT.socketBuffer(),
                maxClientFrames,
                clientFramesWindow,
                pingInterval,
                closeTimeout,
                allowedOrigins,
                repeatHorizon,
                repeatCapacity,
                PushConfig.DEFAULT.expiryNotice(),
                ResumeConfig.DEFAULT,
                SlowConfig.DEFAULT,
                Duration.ofMillis(200));
    }
}
