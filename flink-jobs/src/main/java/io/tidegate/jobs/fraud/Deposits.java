package io.tidegate.jobs.fraud;

import io.tidegate.jobs.source.StoredText;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * A user's latest deposits, oldest first, each with the running total of bets when it came: what was bet since a deposit is a
 * difference, so bets cost the same however many deposits are pending.
 *
 * <p>At most {@link #LIMIT} are pending. Of more, the smallest are forgotten: who would hide a deposit must make as many
 * greater ones.
 */
final class Deposits {

    static final int LIMIT = 128;
    private static final int FIRST_CAPACITY = 4;
    private static final long[] NO_LONGS = {};

    private long[] times = NO_LONGS;
    private long[] amountsE4 = NO_LONGS;
    private long[] wageredBeforeE4 = NO_LONGS;
    private String[] ids = {};
    private int size;

    /** Saturates: a total at its limit is far beyond any share of a deposit. Begins at 0 where nothing is pending. */
    private long wageredE4;

    int size() {
        return size;
    }

    long timeMs(int index) {
        assert SlotCount.touched();
        return times[index];
    }

    long amountE4(int index) {
        return amountsE4[index];
    }

    String id(int index) {
        return ids[index];
    }

    /** What was bet since the deposit. */
    long wageredSinceE4(int index) {
        return wageredE4 - wageredBeforeE4[index];
    }

    void bet(long amountE4) {
        if (size > 0) {
            long sum = wageredE4 + amountE4;
            wageredE4 = sum < wageredE4 ? Long.MAX_VALUE : sum;
        }
    }

    /** @return false where there were too many, so that the smallest was forgotten */
    boolean add(FraudEvent deposit, long windowMs) {
        int expired = 0;
        while (expired < size && timeMs(expired) < deposit.timeMs() - windowMs) {
            expired++;
        }
        if (expired > 0) {
            remove(0, expired);
        }
        boolean full = size == LIMIT;
        if (full) {
            int smallest = smallest();
            if (amountsE4[smallest] >= deposit.amountE4()) {
                return false;
            }
            remove(smallest, 1);
        }
        if (size == 0) {
            wageredE4 = 0;
        }
        if (size == times.length) {
            grow(Math.max(FIRST_CAPACITY, 2 * size));
        }
        times[size] = deposit.timeMs();
        amountsE4[size] = deposit.amountE4();
        wageredBeforeE4[size] = wageredE4;
        ids[size] = deposit.eventId();
        size++;
        return !full;
    }

    private int smallest() {
        int smallest = 0;
        for (int i = 1; i < size; i++) {
            assert SlotCount.touched();
            if (amountsE4[i] < amountsE4[smallest]) {
                smallest = i;
            }
        }
        return smallest;
    }

    private void remove(int from, int count) {
        int left = size - from - count;
        System.arraycopy(times, from + count, times, from, left);
        System.arraycopy(amountsE4, from + count, amountsE4, from, left);
        System.arraycopy(wageredBeforeE4, from + count, wageredBeforeE4, from, left);
        System.arraycopy(ids, from + count, ids, from, left);
        Arrays.fill(ids, from + left, size, null);
        size -= count;
    }

    private void grow(int capacity) {
        times = Arrays.copyOf(times, capacity);
        amountsE4 = Arrays.copyOf(amountsE4, capacity);
        wageredBeforeE4 = Arrays.copyOf(wageredBeforeE4, capacity);
        ids = Arrays.copyOf(ids, capacity);
    }

    Deposits copy() {
        Deposits copy = new Deposits();
        copy.times = Arrays.copyOf(times, size);
        copy.amountsE4 = Arrays.copyOf(amountsE4, size);
        copy.wageredBeforeE4 = Arrays.copyOf(wageredBeforeE4, size);
        copy.ids = Arrays.copyOf(ids, size);
        copy.size = size;
        copy.wageredE4 = wageredE4;
        return copy;
    }

    void write(DataOutputView target) throws IOException {
        target.writeInt(size);
        target.writeLong(wageredE4);
        for (int i = 0; i < size; i++) {
            target.writeLong(times[i]);
            target.writeLong(amountsE4[i]);
            target.writeLong(wageredBeforeE4[i]);
            StoredText.write(ids[i], target);
        }
    }

    static Deposits read(DataInputView source) throws IOException {
        Deposits deposits = new Deposits();
        int size = source.readInt();
        deposits.wageredE4 = source.readLong();
        deposits.grow(size);
        for (int i = 0; i < size; i++) {
            deposits.times[i] = source.readLong();
            deposits.amountsE4[i] = source.readLong();
            deposits.wageredBeforeE4[i] = source.readLong();
            deposits.ids[i] = StringValue.readString(source);
        }
        deposits.size = size;
        return deposits;
    }
}
