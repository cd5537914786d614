package io.tidegate.jobs.aggregation.counts;

import java.util.Arrays;

/**
 * A set of hashes in one array: open addressing with linear probing, at most two thirds full. The values are hashes already, so
 * their low bits are the slot.
 */
final class LongHashSet {

    private static final int MIN_CAPACITY = 8;
    private static final long EMPTY = 0;

    private long[] slots;
    private int size;
    /** 0 marks a free slot, so the value 0 is kept apart. */
    private boolean containsZero;

    LongHashSet() {
        slots = new long[MIN_CAPACITY];
    }

    private LongHashSet(long[] slots, int size, boolean containsZero) {
        this.slots = slots;
        this.size = size;
        this.containsZero = containsZero;
    }

    /** An empty set that takes {@code size} values without growing. */
    static LongHashSet withRoomFor(int size) {
        return new LongHashSet(new long[capacityFor(size)], 0, false);
    }

    /** @return whether the value is new */
    boolean add(long value) {
        if (value == EMPTY) {
            boolean added = !containsZero;
            containsZero = true;
            size += added ? 1 : 0;
            return added;
        }
        int slot = slotOf(value);
        if (slots[slot] == value) {
            return false;
        }
        if (capacityFor(size + 1) > slots.length) {
            grow();
            slot = slotOf(value);
        }
        slots[slot] = value;
        size++;
        return true;
    }

    int size() {
        return size;
    }

    int capacity() {
        return slots.length;
    }

    LongHashSet copy() {
        return new LongHashSet(slots.clone(), size, containsZero);
    }

    <X extends Exception> void forEach(Visitor<X> visitor) throws X {
        if (containsZero) {
            visitor.visit(EMPTY);
        }
        for (long value : slots) {
            if (value != EMPTY) {
                visitor.visit(value);
            }
        }
    }

    private int slotOf(long value) {
        int mask = slots.length - 1;
        int slot = (int) value & mask;
        while (slots[slot] != EMPTY && slots[slot] != value) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] old = slots;
        slots = new long[old.length * 2];
        for (long value : old) {
            if (value != EMPTY) {
                slots[slotOf(value)] = value;
            }
        }
    }

    private static int capacityFor(int size) {
        int least = Math.max(MIN_CAPACITY, Math.toIntExact(size * 3L / 2 + 1));
        return least == Integer.highestOneBit(least) ? least : Integer.highestOneBit(least) << 1;
    }

    /** The same values: their order in the array, which depends on history, doesn't matter. */
    @Override
    public boolean equals(Object other) {
        if (!(other instanceof LongHashSet that) || size != that.size || containsZero != that.containsZero) {
            return false;
        }
        for (long value : slots) {
            if (value != EMPTY && that.slots[that.slotOf(value)] != value) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        long sum = size;
        for (long value : slots) {
            sum += value;
        }
        return Long.hashCode(sum);
    }

    @Override
    public String toString() {
        return "LongHashSet"
                + Arrays.toString(
                        Arrays.stream(slots).filter(value -> value != EMPTY).toArray());
    }

    /** Sees the values of the set. */
    @FunctionalInterface
    interface Visitor<X extends Exception> {
        void visit(long value) throws X;
    }
}
