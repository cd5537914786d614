package io.tidegate.client;

/** The gateway refused, or couldn't be reached. */
public class TidegateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /**
     * @param status of HTTP; 0 where there was no answer
     * @param code stable word of the gateway, or of this client ({@code unreachable}, {@code closed}, {@code buffer_full})
     */
    public TidegateException(int status, String code, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
        this.code = code;
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }
}
