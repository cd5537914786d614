package io.tidegate.jobs.fraud;

import io.tidegate.jobs.source.StoredText;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * The latest events of one kind of a subject, oldest first, in parallel arrays used as a ring. Times never fall. An entry has a
 * time, an event id and, where its kind needs them, a number and a text; the arrays of these exist only then.
 *
 * <p>Adding, dropping and looking at an entry cost the same however many there are.
 */
final class EventRing {

    private static final int FIRST_CAPACITY = 4;
    private static final long[] NO_LONGS = {};
    private static final String[] NO_STRINGS = {};

    private long[] times = NO_LONGS;
    private String[] ids = NO_STRINGS;
    /** Empty while all numbers are 0. */
    private long[] numbers = NO_LONGS;
    /** Empty while all texts are. */
    private String[] texts = NO_STRINGS;

    private int head;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** @param index 0 for the oldest */
    long timeMs(int index) {
        return times[slot(index)];
    }

    String id(int index) {
        return ids[slot(index)];
    }

    long number(int index) {
        return numbers.length == 0 ? 0 : numbers[slot(index)];
    }

    String text(int index) {
        return texts.length == 0 ? "" : texts[slot(index)];
    }

    /** Adds an entry and drops the oldest until there are at most {@code limit}. */
    void add(long timeMs, String id, long number, String text, int limit) {
        while (size > 0 && size >= limit) {
            dropOldest();
        }
        if (limit < 1) {
            return;
        }
        if (size == times.length) {
            grow();
        }
        if (number != 0 && numbers.length == 0) {
            numbers = new long[times.length];
        }
        if (!text.isEmpty() && texts.length == 0) {
            texts = new String[times.length];
            Arrays.fill(texts, "");
        }
        int slot = slot(size++);
        times[slot] = timeMs;
        ids[slot] = id;
        if (numbers.length > 0) {
            numbers[slot] = number;
        }
        if (texts.length > 0) {
            texts[slot] = text;
        }
    }

    void dropBefore(long timeMs) {
        while (size > 0 && times[slot(0)] < timeMs) {
            dropOldest();
        }
    }

    /** Drops from the oldest on while numbers are at most {@code number}. */
    void dropThroughNumber(long number) {
        while (size > 0 && number(0) <= number) {
            dropOldest();
        }
    }

    private void dropOldest() {
        int slot = slot(0);
        // Or the text would live as long as the ring.
        ids[slot] = null;
        if (texts.length > 0) {
            texts[slot] = null;
        }
        head = head + 1 == times.length ? 0 : head + 1;
        size--;
    }

    private int slot(int index) {
        assert SlotCount.touched();
        int slot = head + index;
        return slot < times.length ? slot : slot - times.length;
    }

    private void grow() {
        int capacity = Math.max(FIRST_CAPACITY, 2 * times.length);
        times = unrolled(times, capacity);
        ids = unrolled(ids, capacity);
        numbers = numbers.length == 0 ? NO_LONGS : unrolled(numbers, capacity);
        texts = texts.length == 0 ? NO_STRINGS : unrolled(texts, capacity);
        head = 0;
    }

    private long[] unrolled(long[] from, int capacity) {
        long[] to = new long[capacity];
        int first = Math.min(size, from.length - head);
        System.arraycopy(from, head, to, 0, first);
        System.arraycopy(from, 0, to, first, size - first);
        return to;
    }

    private String[] unrolled(String[] from, int capacity) {
        String[] to = new String[capacity];
        int first = Math.min(size, from.length - head);
        System.arraycopy(from, head, to, 0, first);
        System.arraycopy(from, 0, to, first, size - first);
        return to;
    }

    EventRing copy() {
        EventRing copy = new EventRing();
        copy.times = times.length == 0 ? NO_LONGS : times.clone();
        copy.ids = ids.length == 0 ? NO_STRINGS : ids.clone();
        copy.numbers = numbers.length == 0 ? NO_LONGS : numbers.clone();
        copy.texts = texts.length == 0 ? NO_STRINGS : texts.clone();
        copy.head = head;
        copy.size = size;
        return copy;
    }

    /** Size, which of the optional columns there are, then the entries. */
    void write(DataOutputView target) throws IOException {
        target.writeInt(size);
        target.writeBoolean(numbers.length > 0);
        target.writeBoolean(texts.length > 0);
        for (int i = 0; i < size; i++) {
            target.writeLong(timeMs(i));
            StoredText.write(id(i), target);
            if (numbers.length > 0) {
                target.writeLong(number(i));
            }
            if (texts.length > 0) {
                StoredText.write(text(i), target);
            }
        }
    }

    static EventRing read(DataInputView source) throws IOException {
        int size = source.readInt();
        boolean numbers = source.readBoolean();
        boolean texts = source.readBoolean();
        EventRing ring = new EventRing();
        for (int i = 0; i < size; i++) {
            ring.add(
                    source.readLong(),
                    StringValue.readString(source),
                    numbers ? source.readLong() : 0,
                    texts ? StringValue.readString(source) : "",
                    Integer.MAX_VALUE);
        }
        return ring;
    }
}
