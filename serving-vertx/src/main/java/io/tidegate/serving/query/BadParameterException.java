package io.tidegate.serving.query;

/** A query parameter can't be used as it is. The message is a sentence for the client and says what would be right. */
final class BadParameterException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String parameter;

    BadParameterException(String parameter, String rule) {
        super(parameter + " " + rule + ".");
        this.parameter = parameter;
    }

    String parameter() {
        return parameter;
    }
}
