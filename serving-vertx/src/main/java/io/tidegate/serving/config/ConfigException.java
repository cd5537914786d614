package io.tidegate.serving.config;

/** Something in the configuration is wrong. The message is one line and starts with the field's full name, as in {@code kafka.linger: …}. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;

    public ConfigException(String field, String problem) {
        super(field + ": " + problem);
        this.field = field;
    }

    public ConfigException(String field, String problem, Throwable cause) {
        super(field + ": " + problem, cause);
        this.field = field;
    }

    /** Full name of the field, for instance {@code http.port}; empty when the file as a whole is wrong. */
    public String field() {
        return field;
    }
}
