package io.tidegate.jobs.clickhouse;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes ClickHouse's RowBinary into one growing buffer that is reused from batch to batch. Fixed-width numbers are
 * little endian; a length is an unsigned LEB128. {@code LowCardinality(X)} is written as {@code X}.
 *
 * <p>Not thread-safe. No method allocates except to grow the buffer.
 */
public final class RowBinaryWriter {

    private static final int MAX_VAR_INT_BYTES = 5;
    private static final int MAX_BUFFER = Integer.MAX_VALUE - 8;

    private byte[] buffer;
    private int size;

    /** @param initialCapacity bytes, at least 16 */
    public RowBinaryWriter(int initialCapacity) {
        this.buffer = new byte[Math.max(16, initialCapacity)];
    }

    /** Bytes written since the last {@link #reset()}. */
    public int size() {
        return size;
    }

    /** Forgets what was written and keeps the buffer. */
    public void reset() {
        size = 0;
    }

    /** A copy of what was written, in an array of exactly that length. */
    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, size);
    }

    /** {@code UInt8}, {@code Bool}. */
    public void uint8(int value) {
        reserve(1);
        buffer[size++] = (byte) value;
    }

    /** {@code UInt16}, {@code Int16}. */
    public void int16(int value) {
        reserve(2);
        buffer[size++] = (byte) value;
        buffer[size++] = (byte) (value >>> 8);
    }

    /** {@code Int32}. */
    public void int32(int value) {
        reserve(4);
        byte[] b = buffer;
        int at = size;
        b[at] = (byte) value;
        b[at + 1] = (byte) (value >>> 8);
        b[at + 2] = (byte) (value >>> 16);
        b[at + 3] = (byte) (value >>> 24);
        size = at + 4;
    }

    /** {@code UInt32}: the low 32 bits of {@code value}. */
    public void uint32(long value) {
        int32((int) value);
    }

    /** {@code Int64}, {@code UInt64}. */
    public void int64(long value) {
        reserve(8);
        byte[] b = buffer;
        int at = size;
        b[at] = (byte) value;
        b[at + 1] = (byte) (value >>> 8);
        b[at + 2] = (byte) (value >>> 16);
        b[at + 3] = (byte) (value >>> 24);
        b[at + 4] = (byte) (value >>> 32);
        b[at + 5] = (byte) (value >>> 40);
        b[at + 6] = (byte) (value >>> 48);
        b[at + 7] = (byte) (value >>> 56);
        size = at + 8;
    }

    /** {@code Float64}. */
    public void float64(double value) {
        int64(Double.doubleToRawLongBits(value));
    }

    /** {@code Decimal(18, 4)} from whole ten-thousandths: the contracts' {@code _e4} fields as they are. */
    public void decimal4(long tenThousandths) {
        int64(tenThousandths);
    }

    /** {@code DateTime}: whole seconds; the milliseconds are dropped. */
    public void dateTime(long epochMs) {
        uint32(Math.floorDiv(epochMs, 1000L));
    }

    /** {@code DateTime64(3)}. */
    public void dateTime64Ms(long epochMs) {
        int64(epochMs);
    }

    /** {@code UUID}: two little-endian halves, the high one first. */
    public void uuid(UUID value) {
        int64(value.getMostSignificantBits());
        int64(value.getLeastSignificantBits());
    }

    /** {@code String}: UTF-8. A lone surrogate becomes {@code ?}, as Java's own encoder has it. */
    public void string(String value) {
        int chars = value.length();
        // Room for the worst case, three bytes a char (a surrogate pair has four for two).
        reserve(MAX_VAR_INT_BYTES + Math.multiplyExact(chars, 3));
        if (chars * 3 < 0x80) {
            // The length surely takes one byte: encode behind it, then fill it in.
            int at = size;
            int end = utf8(value, chars, at + 1);
            buffer[at] = (byte) (end - at - 1);
            size = end;
        } else {
            varInt(utf8Length(value, chars));
            size = utf8(value, chars, size);
        }
    }

    /** {@code String} from bytes that are UTF-8 already. */
    public void string(byte[] utf8) {
        varInt(utf8.length);
        bytes(utf8);
    }

    /** {@code Array(String)}. */
    public void strings(List<String> values) {
        int n = values.size();
        varInt(n);
        for (int i = 0; i < n; i++) {
            string(values.get(i));
        }
    }

    /** {@code Map(String, String)}, in the map's own order. */
    public void stringMap(Map<String, String> values) {
        varInt(values.size());
        if (values.isEmpty()) {
            return;
        }
        for (Map.Entry<String, String> entry : values.entrySet()) {
            string(entry.getKey());
            string(entry.getValue());
        }
    }

    /** The length that stands before the items of an {@code Array} or {@code Map}. */
    public void varInt(int value) {
        reserve(MAX_VAR_INT_BYTES);
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            buffer[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
    }

    /** Bytes as they are: columns that were encoded before. */
    public void bytes(byte[] encoded) {
        reserve(encoded.length);
        System.arraycopy(encoded, 0, buffer, size, encoded.length);
        size += encoded.length;
    }

    private int utf8(String value, int chars, int start) {
        byte[] b = buffer;
        int at = start;
        int i = 0;
        char c;
        while (i < chars && (c = value.charAt(i)) < 0x80) {
            b[at++] = (byte) c;
            i++;
        }
        for (; i < chars; i++) {
            c = value.charAt(i);
            if (c < 0x80) {
                b[at++] = (byte) c;
            } else if (c < 0x800) {
                b[at++] = (byte) (0xC0 | c >>> 6);
                b[at++] = (byte) (0x80 | c & 0x3F);
            } else if (!Character.isSurrogate(c)) {
                b[at++] = (byte) (0xE0 | c >>> 12);
                b[at++] = (byte) (0x80 | c >>> 6 & 0x3F);
                b[at++] = (byte) (0x80 | c & 0x3F);
            } else if (isPair(value, i, chars)) {
                int point = Character.toCodePoint(c, value.charAt(++i));
                b[at++] = (byte) (0xF0 | point >>> 18);
                b[at++] = (byte) (0x80 | point >>> 12 & 0x3F);
                b[at++] = (byte) (0x80 | point >>> 6 & 0x3F);
                b[at++] = (byte) (0x80 | point & 0x3F);
            } else {
                b[at++] = '?';
            }
        }
        return at;
    }

    private static int utf8Length(String value, int chars) {
        int length = chars;
        for (int i = 0; i < chars; i++) {
            char c = value.charAt(i);
            if (c < 0x80) {
                continue;
            }
            if (c < 0x800) {
                length++;
            } else if (!Character.isSurrogate(c)) {
                length += 2;
            } else if (isPair(value, i, chars)) {
                length += 2;
                i++;
            }
        }
        return length;
    }

    private static boolean isPair(String value, int i, int chars) {
        return i + 1 < chars && Character.isSurrogatePair(value.charAt(i), value.charAt(i + 1));
    }

    private void reserve(int bytes) {
        if (buffer.length - size < bytes) {
            grow(bytes);
        }
    }

    private void grow(int bytes) {
        long needed = (long) size + bytes;
        if (needed > MAX_BUFFER) {
            throw new IllegalStateException("a batch of " + needed + " bytes doesn't fit into one array");
        }
        long doubled = Math.min(MAX_BUFFER, 2L * buffer.length);
        buffer = Arrays.copyOf(buffer, (int) Math.max(needed, doubled));
    }
}
