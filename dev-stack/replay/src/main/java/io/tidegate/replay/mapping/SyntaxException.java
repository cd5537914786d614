package io.tidegate.replay.mapping;

/** A template, expression or condition that can't be read; who knows the place in the mapping adds it. */
final class SyntaxException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SyntaxException(String message) {
        super(message);
    }
}
