package io.tidegate.serving.ingest;

/** A request's body as a whole can't be taken: nothing of it is. */
final class BodyRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /**
     * @param status of the HTTP answer: 400, 413 or 422
     * @param code of the problem document
     */
    BodyRefusedException(int status, String code, String detail) {
        // No stack trace: strangers decide how often this is thrown.
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }
}
