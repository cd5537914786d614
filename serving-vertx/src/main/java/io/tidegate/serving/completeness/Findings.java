package io.tidegate.serving.completeness;

import io.tidegate.contracts.v1.Finding;
import io.tidegate.serving.query.CompletenessRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is to be said about the books, given what has been said already. Without state and without side effects. */
final class Findings {

    /** Something to write down. */
    sealed interface Decision {

        /** As it is to stand on topic {@code ledger}. */
        Finding finding();

        /** A new one: an alert. */
        record Opened(Finding finding, Stretch stretch) implements Decision {}

        /** An open one has become longer or worse: no alert. */
        record Grown(Finding finding) implements Decision {}

        /** The books balance again: an alert that says so. */
        record Balanced(Finding finding) implements Decision {}

        /** It is past the window and will not be looked at again: no alert, nothing came back. */
        record Expired(Finding finding) implements Decision {}
    }

    private Findings() {}

    /**
     * @param settled the books of the minutes that have had their time
     * @param known findings so far, open and closed
     * @param comparedFromMs first minute that was compared
     * @param fresh whether the store has answered; if not, its figures are older than {@code settled} claims, and nothing that was
     *     closed is opened again: another gateway may see more
     */
    static List<Decision> decide(
            Collection<CompletenessRow> settled, Collection<Finding> known, long comparedFromMs, boolean fresh) {
        Set<String> topics = new HashSet<>();
        settled.forEach(row -> topics.add(row.topic()));
        known.forEach(finding -> topics.add(finding.getTopic()));
        List<Decision> decisions = new ArrayList<>();
        for (String topic : topics) {
            List<Finding> ofTopic = known.stream()
                    .filter(finding -> finding.getTopic().equals(topic))
                    .toList();
            decide(topic, Stretch.of(topic, settled), ofTopic, comparedFromMs, fresh, decisions);
        }
        return decisions;
    }

    private static void decide(
            String topic,
            List<Stretch> stretches,
            List<Finding> known,
            long comparedFromMs,
            boolean fresh,
            List<Decision> decisions) {
        Set<Long> stillOpen = new HashSet<>();
        for (Stretch stretch : stretches) {
            List<Finding> continued = known.stream()
                    .filter(finding -> finding.getOpen() && stretch.continues(finding.getFromMs(), finding.getToMs()))
                    .toList();
            if (continued.isEmpty()) {
                open(stretch, known, fresh).ifPresent(decisions::add);
                continue;
            }
            continued.forEach(finding -> stillOpen.add(finding.getFromMs()));
            grow(continued.get(0), stretch).ifPresent(decisions::add);
        }
        for (Finding finding : known) {
            if (finding.getOpen() && !stillOpen.contains(finding.getFromMs())) {
                if (finding.getToMs() < comparedFromMs) {
                    decisions.add(new Decision.Expired(closed(finding)));
                } else if (fresh) {
                    decisions.add(new Decision.Balanced(closed(finding)));
                }
            }
        }
    }

    private static Optional<Decision> open(Stretch stretch, List<Finding> known, boolean fresh) {
        Optional<Finding> before = known.stream()
                .filter(finding -> finding.getFromMs() == stretch.fromMs())
                .findFirst();
        if (before.isPresent() && !fresh) {
            return Optional.empty();
        }
        return Optional.of(new Decision.Opened(
                Finding.newBuilder()
                        .setTopic(stretch.topic())
                        .setFromMs(stretch.fromMs())
                        .setToMs(stretch.toMs())
                        .setMissing(stretch.missing())
                        .setSurplus(stretch.surplus())
                        .setOpen(true)
                        .setOccurrence(before.map(Finding::getOccurrence).orElse(0) + 1)
                        .build(),
                stretch));
    }

    private static Optional<Decision> grow(Finding finding, Stretch stretch) {
        if (stretch.toMs() <= finding.getToMs()
                && stretch.missing() <= finding.getMissing()
                && stretch.surplus() <= finding.getSurplus()) {
            return Optional.empty();
        }
        return Optional.of(new Decision.Grown(finding.toBuilder()
                .setToMs(Math.max(finding.getToMs(), stretch.toMs()))
                .setMissing(Math.max(finding.getMissing(), stretch.missing()))
                .setSurplus(Math.max(finding.getSurplus(), stretch.surplus()))
                .build()));
    }

    private static Finding closed(Finding finding) {
        return finding.toBuilder().setOpen(false).build();
    }
}
