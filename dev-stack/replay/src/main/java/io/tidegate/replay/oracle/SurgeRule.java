package io.tidegate.replay.oracle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The two surge rules, read by brute force.
 *
 * <p>Levels are sums over tumbling windows of 10 s, counted from the epoch. The mean before the first window of a subject is 0; each
 * window moves it by a tenth of the difference, a spike by a hundredth. A mean below a hundredth of a unit is none: there the series
 * ends, and the next window with an event begins another. Windows without an event in between are measured as 0.
 *
 * <ul>
 *   <li><b>Spike</b>: at least 20 units and at least five times the mean before it.
 *   <li><b>A surge begins</b> at the end of the second of two spikes in a row.
 *   <li><b>It ends</b> at the end of the first window below twice the mean before it, which counts as at least 1 unit here.
 * </ul>
 *
 * <p>The time of an alert is the end of its window, its start the beginning of the window before.
 */
enum SurgeRule {
    POST_SURGE("post-surge") {
        @Override
        String subject(OracleEvent event) {
            return event.type() == EventType.LIKE ? "post:" + event.postId() : "";
        }

        @Override
        long valueE4(OracleEvent event) {
            return UNIT_E4;
        }
    },
    GAME_SURGE("game-surge") {
        @Override
        String subject(OracleEvent event) {
            return event.type() == EventType.BET ? "game:" + event.gameId() : "";
        }

        @Override
        long valueE4(OracleEvent event) {
            return event.amountE4();
        }
    };

    private static final long UNIT_E4 = 10_000;
    private static final long WINDOW_MS = 10_000;
    private static final double NOTHING_E4 = UNIT_E4 / 100.0;

    private final String id;

    SurgeRule(String id) {
        this.id = id;
    }

    /** Empty where the rule doesn't look at the event. */
    abstract String subject(OracleEvent event);

    abstract long valueE4(OracleEvent event);

    List<OracleAlert> alerts(List<OracleEvent> events, long untilMs) {
        Map<String, TreeMap<Long, Long>> levels = new HashMap<>();
        for (OracleEvent event : events) {
            String subject = subject(event);
            if (!subject.isEmpty()) {
                long endMs = Math.floorDiv(event.timeMs(), WINDOW_MS) * WINDOW_MS + WINDOW_MS;
                levels.computeIfAbsent(subject, s -> new TreeMap<>()).merge(endMs, valueE4(event), Math::addExact);
            }
        }
        List<OracleAlert> alerts = new ArrayList<>();
        levels.forEach((subject, ofSubject) -> follow(subject, ofSubject, untilMs, alerts));
        return alerts;
    }

    private void follow(String subject, TreeMap<Long, Long> levels, long untilMs, List<OracleAlert> alerts) {
        Long next = levels.firstKey();
        double meanE4 = 0;
        boolean spikeBefore = false;
        boolean surging = false;
        while (next != null && next <= untilMs) {
            long endMs = next;
            long levelE4 = levels.getOrDefault(endMs, 0L);
            boolean spike = levelE4 >= 20 * UNIT_E4 && levelE4 >= 5.0 * meanE4;
            boolean calm = levelE4 < 2.0 * Math.max(meanE4, UNIT_E4);
            if (spike && spikeBefore && !surging) {
                surging = true;
                alerts.add(alert(id, subject, endMs));
            } else if (surging && calm) {
                surging = false;
                alerts.add(alert(id + "-ended", subject, endMs));
            }
            meanE4 += (spike ? 0.1 / 10 : 0.1) * (levelE4 - meanE4);
            spikeBefore = spike;
            next = endMs + WINDOW_MS;
            if (meanE4 < NOTHING_E4) {
                meanE4 = 0;
                spikeBefore = false;
                next = levels.higherKey(endMs);
            }
        }
    }

    private static OracleAlert alert(String ruleId, String subject, long endMs) {
        return new OracleAlert(ruleId, subject, List.of(), endMs - 2 * WINDOW_MS, endMs);
    }
}
