package io.tidegate.dev.demo.supervise;

import java.util.List;

/** A child didn't become ready; the message says which and why in one line. */
public final class StartFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final List<String> lastLines;

    StartFailure(String message, List<String> lastLines) {
        super(message);
        this.lastLines = List.copyOf(lastLines);
    }

    /** The end of what it printed and logged. */
    public List<String> lastLines() {
        return lastLines;
    }
}
