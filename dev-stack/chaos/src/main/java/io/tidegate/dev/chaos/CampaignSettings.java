package io.tidegate.dev.chaos;

import io.tidegate.dev.chaos.fault.FaultKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * @param home the repository, built
 * @param dir where the cluster and the logs of the campaign are kept; emptied first
 * @param basePort of the cluster; 0 for free ones
 * @param seed decides about events and faults
 * @param cycles how many faults
 * @param limit after which no new cycle begins
 * @param rate events a second, without repeats
 * @param partitions of the topics
 * @param keep whether the cluster goes on after the campaign
 */
record CampaignSettings(
        Path home,
        Path dir,
        int basePort,
        long seed,
        int cycles,
        Duration limit,
        List<FaultKind> faults,
        int rate,
        int partitions,
        boolean keep) {

    CampaignSettings {
        home = home.toAbsolutePath().normalize();
        dir = dir.toAbsolutePath().normalize();
        faults = List.copyOf(faults);
        if (cycles < 0) {
            throw new IllegalArgumentException("cycles: at least 0 expected, got " + cycles);
        }
        if (rate < 30 || rate > 100_000) {
            throw new IllegalArgumentException("rate: from 30 (less trips no rule) to 100000 expected, got " + rate);
        }
    }

    /** The command that does it again. */
    String command() {
        return "scripts/chaos --seed " + seed + " --cycles " + cycles + " --rate " + rate + " --faults "
                + String.join(",", faults.stream().map(FaultKind::wireName).toList())
                + " --report report.json";
    }
}
