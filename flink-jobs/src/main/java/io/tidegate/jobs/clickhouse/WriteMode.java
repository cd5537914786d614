package io.tidegate.jobs.clickhouse;

/** How a table takes a batch that may have arrived before, which decides how the committer settles a doubt. */
public enum WriteMode {

    /**
     * Each row is written once. A doubt is settled by counting the rows of the batch; the table carries a
     * de-duplication window, so the batch's token also stops a repeat that is still on its way.
     */
    APPEND(0),

    /**
     * Rows are versions of a key in a {@code ReplacingMergeTree(version)} that is read with FINAL. Inserting a
     * batch again changes nothing: the row with the highest version of a key counts, however often it is there. So
     * a doubt is settled by inserting again. Counting would tell nothing: a merge takes superseded rows away, at
     * any time. The encoder's obligation: one (key, version) never carries two different contents.
     */
    UPSERT(1);

    private final int wireCode;

    WriteMode(int wireCode) {
        this.wireCode = wireCode;
    }

    /** The byte that stands for it in checkpoints; never reassigned. */
    public int wireCode() {
        return wireCode;
    }

    /** @throws IllegalArgumentException where no mode has this code */
    public static WriteMode ofWireCode(int code) {
        for (WriteMode mode : values()) {
            if (mode.wireCode == code) {
                return mode;
            }
        }
        throw new IllegalArgumentException("write mode: no mode has code " + code);
    }
}
