package io.tidegate.serving.auth;

/** A token isn't accepted. The message may be shown to whoever sent it: it never repeats the token or its claims. */
public final class InvalidTokenException extends Exception {

    private static final long serialVersionUID = 1L;

    InvalidTokenException(String message) {
        // No stack trace: strangers decide how often this is thrown.
        super(message, null, false, false);
    }
}
