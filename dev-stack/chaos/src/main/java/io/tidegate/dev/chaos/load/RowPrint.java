package io.tidegate.dev.chaos.load;

/** A hash over the fields of an event, to compare what was sent with what is stored without keeping either. 64 bits. */
public final class RowPrint {

    private long hash = 0xcbf29ce484222325L;

    /** The fields one after the other, always in the same order; their boundaries count. */
    public RowPrint add(String field) {
        for (int i = 0; i < field.length(); i++) {
            step(field.charAt(i));
        }
        step(0x1_0000);
        return this;
    }

    public RowPrint add(long field) {
        return add(Long.toString(field));
    }

    private void step(int value) {
        hash = (hash ^ value) * 0x100000001b3L;
        hash ^= hash >>> 29;
    }

    public long value() {
        return hash;
    }
}
