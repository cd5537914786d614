package io.tidegate.jobs.source;

import java.util.Arrays;

/**
 * The events of one shard that were seen within the horizon: an open-addressing hash table (linear probing) of 128-bit
 * identities and the second of append time in which each was seen first. Expired entries are dropped when the table would have
 * to grow, so its size follows the number of live entries.
 */
final class SeenEvents {

    private static final int MIN_CAPACITY = 8;
    /** An empty slot. Identities whose two halves are both 0 are stored as (0, 1). */
    private static final long EMPTY = 0;

    private long[] high;
    private long[] low;
    private int[] seenAtSecond;
    private int size;
    private long latestMs;

    SeenEvents() {
        this(MIN_CAPACITY);
    }

    private SeenEvents(int capacity) {
        high = new long[capacity];
        low = new long[capacity];
        seenAtSecond = new int[capacity];
        latestMs = Long.MIN_VALUE;
    }

    /**
     * Takes note of an event.
     *
     * @return whether it is new: not seen before, or longer ago than the horizon
     */
    boolean add(long identityHigh, long identityLow, long appendedAtMs, long horizonMs) {
        long storedLow = identityHigh == EMPTY && identityLow == EMPTY ? 1 : identityLow;
        latestMs = Math.max(latestMs, appendedAtMs);
        int second = (int) Math.floorDiv(appendedAtMs, 1000L);
        int slot = find(identityHigh, storedLow);
        if (occupied(slot)) {
            // Rounded in favour of the horizon: a repeat at its very end is still a repeat.
            if ((second - (long) seenAtSecond[slot]) * 1000L <= horizonMs) {
                return false;
            }
            seenAtSecond[slot] = second;
            return true;
        }
        if ((size + 1) * 3 > high.length * 2) {
            rebuild(horizonMs);
            slot = find(identityHigh, storedLow);
        }
        put(slot, identityHigh, storedLow, second);
        return true;
    }

    int size() {
        return size;
    }

    int capacity() {
        return high.length;
    }

    private boolean occupied(int slot) {
        return high[slot] != EMPTY || low[slot] != EMPTY;
    }

    /** The slot of the identity, or the empty one where it belongs. */
    private int find(long identityHigh, long identityLow) {
        int mask = high.length - 1;
        int slot = (int) (identityHigh ^ identityLow) & mask;
        while (occupied(slot) && (high[slot] != identityHigh || low[slot] != identityLow)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void put(int slot, long identityHigh, long identityLow, int second) {
        high[slot] = identityHigh;
        low[slot] = identityLow;
        seenAtSecond[slot] = second;
        size++;
    }

    /** Drops the expired entries and leaves room for as many again as are alive. */
    private void rebuild(long horizonMs) {
        int oldest = (int) Math.floorDiv(latestMs - horizonMs, 1000L);
        int live = 0;
        for (int slot = 0; slot < high.length; slot++) {
            if (occupied(slot) && seenAtSecond[slot] >= oldest) {
                live++;
            }
        }
        SeenEvents next = new SeenEvents(capacityFor(live + 1));
        for (int slot = 0; slot < high.length; slot++) {
            if (occupied(slot) && seenAtSecond[slot] >= oldest) {
                next.put(next.find(high[slot], low[slot]), high[slot], low[slot], seenAtSecond[slot]);
            }
        }
        high = next.high;
        low = next.low;
        seenAtSecond = next.seenAtSecond;
        size = next.size;
    }

    private static int capacityFor(int entries) {
        return Math.max(MIN_CAPACITY, Integer.highestOneBit(Math.max(1, entries * 2 - 1)) << 1);
    }

    SeenEvents copy() {
        SeenEvents copy = new SeenEvents(MIN_CAPACITY);
        copy.high = high.clone();
        copy.low = low.clone();
        copy.seenAtSecond = seenAtSecond.clone();
        copy.size = size;
        copy.latestMs = latestMs;
        return copy;
    }

    /** Calls {@code visitor} with each entry. */
    <X extends Exception> void forEach(EntryVisitor<X> visitor) throws X {
        for (int slot = 0; slot < high.length; slot++) {
            if (occupied(slot)) {
                visitor.visit(high[slot], low[slot], seenAtSecond[slot]);
            }
        }
    }

    long latestMs() {
        return latestMs;
    }

    /** A table with room for {@code entries} entries, to be filled by {@link #restoreEntry}. */
    static SeenEvents restoring(int entries, long latestMs) {
        SeenEvents seen = new SeenEvents(capacityFor(entries + 1));
        seen.latestMs = latestMs;
        return seen;
    }

    void restoreEntry(long identityHigh, long identityLow, int second) {
        put(find(identityHigh, identityLow), identityHigh, identityLow, second);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SeenEvents that
                && size == that.size
                && latestMs == that.latestMs
                && Arrays.equals(high, that.high)
                && Arrays.equals(low, that.low)
                && Arrays.equals(seenAtSecond, that.seenAtSecond);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(high) * 31 + Arrays.hashCode(low);
    }

    /** Sees the entries of the table. */
    @FunctionalInterface
    interface EntryVisitor<X extends Exception> {
        void visit(long identityHigh, long identityLow, int second) throws X;
    }
}
