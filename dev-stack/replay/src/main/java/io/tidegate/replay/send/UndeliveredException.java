package io.tidegate.replay.send;

/** A batch that the gateway didn't take, and why. */
public final class UndeliveredException extends Exception {

    private static final long serialVersionUID = 1L;

    public UndeliveredException(String message) {
        super(message);
    }
}
