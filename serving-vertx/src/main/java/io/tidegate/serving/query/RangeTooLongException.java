package io.tidegate.serving.query;

/** The parameters are right one by one, but together they ask for too much. The message is a sentence for the client. */
final class RangeTooLongException extends Exception {

    private static final long serialVersionUID = 1L;

    RangeTooLongException(String message) {
        super(message + ".");
    }
}
