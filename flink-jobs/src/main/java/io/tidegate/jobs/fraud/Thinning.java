package io.tidegate.jobs.fraud;

/**
 * The bound on how many beginnings of a match are kept of one subject in a flood. The first {@link #FREE} of a window are
 * all kept; from then on one per {@code window / FREE}. So in a flood a match is still found, though it may be reported as
 * beginning that much later than it did.
 */
final class Thinning {

    /** More than a person gives cause for. */
    static final int FREE = 64;

    /** What a window can hold of them. */
    static final int LIMIT = 2 * FREE;

    private Thinning() {}

    /** @param keptMs when the latest was kept */
    static boolean keeps(int kept, long keptMs, long timeMs, long windowMs) {
        return kept < FREE || kept < LIMIT && timeMs - keptMs >= windowMs / FREE;
    }
}
