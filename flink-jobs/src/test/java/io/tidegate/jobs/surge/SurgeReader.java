package io.tidegate.jobs.surge;

import io.tidegate.contracts.v1.Event;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads surges by brute force: one array of windows per subject from its first event to long after its last. */
public final class SurgeReader {

    public record Found(String ruleId, String subject, long detectedAtMs) {}

    private static final long WINDOW_MS = 10_000;

    private SurgeReader() {}

    public static List<Found> surges(List<Event> events) {
        Map<String, TreeMap<Long, Long>> levels = new TreeMap<>();
        Set<String> seen = new HashSet<>();
        for (Event event : events) {
            if (!seen.add(event.getUserId() + " " + event.getEventId())) {
                continue;
            }
            long end = (event.getOccurredAtMs() / WINDOW_MS + 1) * WINDOW_MS;
            if (event.hasLike()) {
                levels.computeIfAbsent("post:" + event.getLike().getPostId(), s -> new TreeMap<>())
                        .merge(end, 10_000L, Long::sum);
            } else if (event.hasBet()) {
                levels.computeIfAbsent("game:" + event.getBet().getGameId(), s -> new TreeMap<>())
                        .merge(end, event.getBet().getAmountE4(), Long::sum);
            }
        }
        List<Found> found = new ArrayList<>();
        levels.forEach((subject, level) -> {
            String rule = subject.startsWith("post:") ? "post-surge" : "game-surge";
            double mean = 0;
            boolean lastSpike = false;
            boolean surging = false;
            // Five minutes after the last event every baseline of these tests that mattered has been below its end.
            for (long end = level.firstKey(); end <= level.lastKey() + 300_000; end += WINDOW_MS) {
                long value = level.getOrDefault(end, 0L);
                boolean spike = value >= 200_000 && value >= 5 * mean;
                boolean calm = value < 2 * Math.max(mean, 10_000);
                if (spike && lastSpike && !surging) {
                    surging = true;
                    found.add(new Found(rule, subject, end));
                } else if (calm && surging) {
                    surging = false;
                    found.add(new Found(rule + "-ended", subject, end));
                }
                lastSpike = spike;
                mean += (spike ? 0.01 : 0.1) * (value - mean);
                if (mean < 100) {
                    mean = 0;
                }
            }
        });
        return found;
    }
}
