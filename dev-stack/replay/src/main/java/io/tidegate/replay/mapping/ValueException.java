package io.tidegate.replay.mapping;

/** A value of a row that doesn't fit what the mapping does with it; who knows the row adds file, line and path. */
public final class ValueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ValueException(String message) {
        super(message);
    }

    public ValueException(String message, Throwable cause) {
        super(message, cause);
    }
}
