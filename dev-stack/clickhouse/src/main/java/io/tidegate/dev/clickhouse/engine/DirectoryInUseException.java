package io.tidegate.dev.clickhouse.engine;

/** Another process runs an engine on the directory. */
public final class DirectoryInUseException extends Exception {

    private static final long serialVersionUID = 1L;

    DirectoryInUseException(String message) {
        super(message);
    }
}
