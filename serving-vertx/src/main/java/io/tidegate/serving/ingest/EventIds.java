package io.tidegate.serving.ingest;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/** Ids for events that come without one: UUIDs of version 7, which sort by time and so compress and index well. */
final class EventIds {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
    private static final SecureRandom SEEDS = new SecureRandom();

    /** Unique, not secret: a seeded generator per thread is a hundred times cheaper than a secure one. */
    private static final ThreadLocal<SplittableRandom> RANDOM =
            ThreadLocal.withInitial(() -> new SplittableRandom(SEEDS.nextLong()));

    private EventIds() {}

    static String next(long nowMs) {
        SplittableRandom random = RANDOM.get();
        long high = nowMs << 16 | 0x7000L | random.nextInt(1 << 12);
        long low = random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
        byte[] text = new byte[36];
        write(text, 0, high >>> 32, 8);
        text[8] = '-';
        write(text, 9, high >>> 16, 4);
        text[13] = '-';
        write(text, 14, high, 4);
        text[18] = '-';
        write(text, 19, low >>> 48, 4);
        text[23] = '-';
        write(text, 24, low, 12);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private static void write(byte[] text, int offset, long bits, int digits) {
        long rest = bits;
        for (int i = offset + digits - 1; i >= offset; i--) {
            text[i] = HEX[(int) (rest & 0xf)];
            rest >>>= 4;
        }
    }
}
