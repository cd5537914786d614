package io.tidegate.dev.clickhouse.engine;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Values of {@code {name:Type}} placeholders, laid out in native memory as the four parallel arrays that the C interface
 * takes. The engine reads them during the call that gets them, so they're freed after it.
 */
final class NativeParameters implements AutoCloseable {

    private final int count;
    private final Memory text;
    private final Memory arrays;

    NativeParameters(Map<String, String> parameters) {
        count = parameters.size();
        if (count == 0) {
            text = null;
            arrays = null;
            return;
        }
        byte[][] names = new byte[count][];
        byte[][] values = new byte[count][];
        long size = 0;
        int i = 0;
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            names[i] = parameter.getKey().getBytes(StandardCharsets.UTF_8);
            values[i] = parameter.getValue().getBytes(StandardCharsets.UTF_8);
            size += names[i].length + values[i].length;
            i++;
        }
        text = new Memory(Math.max(1, size));
        arrays = new Memory(4L * count * Native.POINTER_SIZE);
        long offset = 0;
        for (i = 0; i < count; i++) {
            offset = put(0, i, names[i], offset);
            offset = put(2, i, values[i], offset);
        }
    }

    private long put(int pair, int index, byte[] bytes, long offset) {
        text.write(offset, bytes, 0, bytes.length);
        arrays.setPointer(slot(pair, index), text.share(offset));
        arrays.setLong(slot(pair + 1, index), bytes.length);
        return offset + bytes.length;
    }

    private long slot(int array, int index) {
        return ((long) array * count + index) * Native.POINTER_SIZE;
    }

    private Pointer array(int index) {
        return count == 0 ? null : arrays.share(slot(index, 0));
    }

    Pointer names() {
        return array(0);
    }

    Pointer nameLengths() {
        return array(1);
    }

    Pointer values() {
        return array(2);
    }

    Pointer valueLengths() {
        return array(3);
    }

    long count() {
        return count;
    }

    @Override
    public void close() {
        if (count > 0) {
            arrays.close();
            text.close();
        }
    }
}
