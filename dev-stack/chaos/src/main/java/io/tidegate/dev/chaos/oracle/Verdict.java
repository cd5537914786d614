package io.tidegate.dev.chaos.oracle;

import io.tidegate.dev.chaos.oracle.Finding.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the judge found. Every finding is counted; of each kind only some are kept. */
public final class Verdict {

    private static final int KEPT = 50;

    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final Map<Kind, List<Finding>> kept = new EnumMap<>(Kind.class);

    void add(Kind kind, long atMs, String what) {
        counts.merge(kind, 1L, Long::sum);
        List<Finding> ofKind = kept.computeIfAbsent(kind, k -> new ArrayList<>());
        if (ofKind.size() < KEPT) {
            ofKind.add(new Finding(kind, atMs, what));
        }
    }

    public long count(Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    public boolean isClean() {
        return counts.isEmpty();
    }

    /** By kind, then as they were found. */
    public List<Finding> findings() {
        return kept.values().stream().flatMap(List::stream).toList();
    }

    /** The earliest whose time is known, else any. */
    public Optional<Finding> first() {
        return findings().stream()
                .min(Comparator.comparingLong(finding -> finding.atMs() == 0 ? Long.MAX_VALUE : finding.atMs()));
    }
}
