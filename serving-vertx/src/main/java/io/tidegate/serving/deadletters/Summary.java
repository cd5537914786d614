package io.tidegate.serving.deadletters;

import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** How many there are of each kind, and the newest ones. */
final class Summary {

    private record Kind(String reason, String stage, String topic) {}

    private static final class Count {
        private long records;
        private long redriven;
    }

    private static final Comparator<Map.Entry<Kind, Count>> MOST_FIRST = Comparator.comparingLong(
                    (Map.Entry<Kind, Count> entry) -> -entry.getValue().records)
            .thenComparing(entry -> entry.getKey().toString());

    private final Set<Place> redriven;
    private final int newestLimit;
    private final Map<Kind, Count> counts = new HashMap<>();
    private final Deque<DeadLetter> newest = new ArrayDeque<>();

    /**
     * @param redriven those that have been sent back
     * @param newestLimit how many of the newest are shown
     */
    Summary(Set<Place> redriven, int newestLimit) {
        this.redriven = redriven;
        this.newestLimit = newestLimit;
    }

    void add(DeadLetter letter) {
        Count count =
                counts.computeIfAbsent(new Kind(letter.reason(), letter.stage(), letter.topic()), kind -> new Count());
        count.records++;
        if (redriven.contains(letter.place())) {
            count.redriven++;
        }
        newest.addLast(letter);
        if (newest.size() > newestLimit) {
            newest.removeFirst();
        }
    }

    void print(PrintWriter out) {
        if (counts.isEmpty()) {
            out.println("No dead letters.");
            return;
        }
        out.printf("%9s %9s  %-16s %-18s %s%n", "RECORDS", "REDRIVEN", "REASON", "STAGE", "TOPIC");
        counts.entrySet().stream()
                .sorted(MOST_FIRST)
                .forEach(entry -> out.printf(
                        "%9d %9d  %-16s %-18s %s%n",
                        entry.getValue().records,
                        entry.getValue().redriven,
                        Text.printable(entry.getKey().reason()),
                        Text.printable(entry.getKey().stage()),
                        Text.printable(entry.getKey().topic())));
        if (newest.isEmpty()) {
            return;
        }
        out.println();
        out.printf("%-10s %-24s %-16s %-22s %s%n", "PLACE", "GIVEN UP AT", "REASON", "ORIGINAL", "DETAIL");
        newest.descendingIterator()
                .forEachRemaining(letter -> out.printf(
                        "%-10s %-24s %-16s %-22s %s%s%n",
                        letter.place(),
                        letter.at(),
                        Text.printable(letter.reason()),
                        Text.printable(letter.topic()) + " " + letter.partition() + "/" + letter.offset(),
                        Text.printable(letter.detail()),
                        redriven.contains(letter.place()) ? " (redriven)" : ""));
    }
}
