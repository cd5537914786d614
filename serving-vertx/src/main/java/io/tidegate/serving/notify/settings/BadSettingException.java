package io.tidegate.serving.notify.settings;

/** A document that can't be taken; names the field by its path. */
final class BadSettingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;

    BadSettingException(String field, String problem) {
        super(field + " " + problem + ".");
        this.field = field;
    }

    String field() {
        return field;
    }
}
