package io.tidegate.serving.ingest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Hashes by which this process recognises an event that it has seen: eight bytes at a time. Good enough to notice a mistake, no proof
 * against somebody who wants to collide. The values mean nothing to another process.
 */
final class ContentHash {

    static final long SEED = 0xcbf29ce484222325L;

    private static final long PRIME = 0x9e3779b97f4a7c15L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private ContentHash() {}

    static long number(long hash, long value) {
        long mixed = (hash ^ value) * PRIME;
        return mixed ^ mixed >>> 32;
    }

    static long text(long hash, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return text(hash, utf8, 0, utf8.length);
    }

    /** The same for a text's UTF-8. The length counts too, so two texts one after the other aren't taken for two others. */
    static long text(long hash, byte[] utf8, int offset, int length) {
        long mixed = number(hash, length);
        int at = offset;
        int end = offset + length;
        for (; end - at >= Long.BYTES; at += Long.BYTES) {
            mixed = number(mixed, (long) LONGS.get(utf8, at));
        }
        long rest = 0;
        for (int shift = 0; at < end; at++, shift += Byte.SIZE) {
            rest |= (utf8[at] & 0xffL) << shift;
        }
        return number(mixed, rest);
    }

    /** 0 stands for none. */
    static long identity(long hash) {
        return hash == 0 ? 1 : hash;
    }
}
