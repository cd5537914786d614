package io.tidegate.serving.completeness;

import io.tidegate.serving.query.CompletenessRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Minutes of a topic in which the books don't balance, with no more than a few good ones between them.
 *
 * @param fromMs the first of them
 * @param toMs the last of them
 * @param expected rows that they should have
 * @param missing of those
 * @param surplus rows that they have beyond
 * @param partitions concerned, ascending
 */
record Stretch(
        String topic, long fromMs, long toMs, long expected, long missing, long surplus, List<Integer> partitions) {

    /** Differences that are no further apart have one cause, as a rule: one alert. */
    static final long JOINED_MS = TimeUnit.MINUTES.toMillis(5);

    /** The stretches of one topic, oldest first. */
    static List<Stretch> of(String topic, Collection<CompletenessRow> rows) {
        TreeMap<Long, List<CompletenessRow>> different = new TreeMap<>();
        for (CompletenessRow row : rows) {
            if (row.topic().equals(topic) && row.difference() != 0) {
                different
                        .computeIfAbsent(row.minuteMs(), minute -> new ArrayList<>())
                        .add(row);
            }
        }
        List<Stretch> stretches = new ArrayList<>();
        List<CompletenessRow> current = new ArrayList<>();
        long lastMs = 0;
        for (List<CompletenessRow> minute : different.values()) {
            long minuteMs = minute.get(0).minuteMs();
            if (!current.isEmpty() && minuteMs - lastMs > JOINED_MS) {
                stretches.add(of(current));
                current.clear();
            }
            current.addAll(minute);
            lastMs = minuteMs;
        }
        if (!current.isEmpty()) {
            stretches.add(of(current));
        }
        return stretches;
    }

    private static Stretch of(List<CompletenessRow> rows) {
        long expected = 0;
        long missing = 0;
        long surplus = 0;
        TreeSet<Integer> partitions = new TreeSet<>();
        for (CompletenessRow row : rows) {
            expected += row.expected();
            missing += Math.max(0, row.difference());
            surplus += Math.max(0, -row.difference());
            partitions.add(row.partition());
        }
        return new Stretch(
                rows.get(0).topic(),
                rows.get(0).minuteMs(),
                rows.get(rows.size() - 1).minuteMs(),
                expected,
                missing,
                surplus,
                List.copyOf(partitions));
    }

    /** Whether it goes on what was found before. */
    boolean continues(long otherFromMs, long otherToMs) {
        return fromMs <= otherToMs + JOINED_MS && toMs >= otherFromMs - JOINED_MS;
    }
}
