package io.tidegate.client;

import java.util.Optional;

/** The gateway rejected this one event; sending it again won't help. {@link #code()} says why. */
public final class RejectedException extends TidegateException {

    private static final long serialVersionUID = 1L;

    private final String field;

    RejectedException(int status, String code, String field, String message) {
        super(status, code, message, null);
        this.field = field;
    }

    /** The field that is wrong, where it is one. */
    public Optional<String> field() {
        return Optional.ofNullable(field);
    }
}
