package io.tidegate.jobs.backup;

/** A backup that is damaged, or a target that can't take it. The message says which file, table or topic. */
final class BackupException extends Exception {

    private static final long serialVersionUID = 1L;

    BackupException(String message) {
        super(message);
    }
}
