package io.tidegate.dev.chaos.recovery;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * @param home the repository, built
 * @param dir of the cluster and the logs; emptied first
 * @param kills how many
 * @param within the longest that the first alert may take; empty where it is only measured
 * @param calm between what was and the next death
 * @param spread whether both TaskManagers are to be at work before each death, as they are after a start
 * @param keep whether the cluster goes on running afterwards
 */
record RecoverySettings(
        Path home,
        Path dir,
        int basePort,
        int kills,
        Optional<Duration> within,
        Duration calm,
        boolean spread,
        boolean keep) {

    private static final int MOST_KILLS = 1_000;

    /** @throws IllegalArgumentException with one line that names the option */
    RecoverySettings {
        home = home.toAbsolutePath().normalize();
        dir = dir.toAbsolutePath().normalize();
        if (kills < 1 || kills > MOST_KILLS) {
            throw new IllegalArgumentException("kills: from 1 to " + MOST_KILLS + " expected, got " + kills);
        }
    }
}
