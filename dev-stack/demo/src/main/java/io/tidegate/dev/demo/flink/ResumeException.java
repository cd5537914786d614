package io.tidegate.dev.demo.flink;

/** A job can't go on from its newest checkpoint. It must not start afresh by itself: it would forget and repeat. */
final class ResumeException extends Exception {

    private static final long serialVersionUID = 1L;

    ResumeException(String message, Throwable cause) {
        super(message, cause);
    }
}
