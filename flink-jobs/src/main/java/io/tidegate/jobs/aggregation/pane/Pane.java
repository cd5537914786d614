package io.tidegate.jobs.aggregation.pane;

import java.util.Objects;

/** A pane in state. Mutable: what comes out of state may be changed and must then be put back. */
final class Pane<A> {

    /** No row is due. */
    static final long CLEAN = Long.MIN_VALUE;

    /** What was added up so far. */
    A content;
    /** Of the row that was written last; 0 while there is none. */
    long version;
    /** Processing time at which the row is to be written, or {@link #CLEAN}. */
    long flushAtMs;

    Pane(A content, long version, long flushAtMs) {
        this.content = content;
        this.version = version;
        this.flushAtMs = flushAtMs;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pane<?> that
                && version == that.version
                && flushAtMs == that.flushAtMs
                && Objects.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return Objects.hash(content, version, flushAtMs);
    }
}
