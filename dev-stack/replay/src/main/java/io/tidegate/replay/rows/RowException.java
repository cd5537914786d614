package io.tidegate.replay.rows;

/** A row that can't be read. The message begins with file and line: {@code bets.csv:17: …}. */
public final class RowException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RowException(String file, long line, String what) {
        super(file + ":" + line + ": " + what);
    }
}
