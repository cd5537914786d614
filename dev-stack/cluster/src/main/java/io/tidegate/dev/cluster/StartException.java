package io.tidegate.dev.cluster;

import java.util.List;

/** A role didn't become ready; the message says which and why in one line. */
public final class StartException extends Exception {

    private static final long serialVersionUID = 1L;

    private final List<String> lastLines;

    StartException(String message, List<String> lastLines) {
        super(message);
        this.lastLines = List.copyOf(lastLines);
    }

    /** The end of what the role printed and logged. */
    public List<String> lastLines() {
        return lastLines;
    }
}
