package io.tidegate.jobs.clickhouse.committer;

import java.io.IOException;

/** A request to the store that wasn't answered with success; its effect is unknown. */
public final class CommitTargetException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean hopeless;

    private CommitTargetException(String message, boolean hopeless, Throwable cause) {
        super(message, cause);
        this.hopeless = hopeless;
    }

    /** The same request may succeed later. */
    public static CommitTargetException mayHeal(String message, Throwable cause) {
        return new CommitTargetException(message, false, cause);
    }

    /** The same request can't succeed until a person changes something: unknown table, wrong type, no access. */
    public static CommitTargetException hopeless(String message, Throwable cause) {
        return new CommitTargetException(message, true, cause);
    }

    public boolean isHopeless() {
        return hopeless;
    }
}
