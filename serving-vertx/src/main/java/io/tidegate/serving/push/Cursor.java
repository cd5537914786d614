package io.tidegate.serving.push;

import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * A place in a feed: for each partition of the feeding topic the offset of the next record, and when that was. What it means
 * to have a place is said in docs/adr/0011-resume.md.
 *
 * <p>Opaque to clients: base64url of {@code version, topic tag, life, time, count, offset…} (the last four as unsigned varints).
 * Binary and small on purpose: it travels with every event and must fit the 123 bytes of a close reason.
 *
 * <p>It grants nothing: a forged one names a place, and who may read a channel is decided by the token.
 */
public final class Cursor {

    private static final int VERSION = 2;
    private static final int MAX_PARTITIONS = 512;
    /** What the largest cursor that {@link #encode} makes needs, rounded up; longer text is refused unread. */
    private static final int MAX_TEXT_LENGTH = 8 * 1024;

    /** {@link #life} where the broker doesn't tell. */
    static final long UNKNOWN_LIFE = 0;

    private final int topicTag;
    private final long life;
    private final long atMs;
    private final long[] next;

    Cursor(int topicTag, long atMs, long[] next) {
        this(topicTag, UNKNOWN_LIFE, atMs, next);
    }

    /**
     * @param life distinguishes a topic from another one that had its name before; see {@link TopicReader}
     * @param next not copied, not to be changed
     */
    Cursor(int topicTag, long life, long atMs, long[] next) {
        this.topicTag = topicTag;
        this.life = life;
        this.atMs = atMs;
        this.next = next;
    }

    /** When the broker appended the newest record before this place, epoch ms. */
    public long atMs() {
        return atMs;
    }

    int topicTag() {
        return topicTag;
    }

    long life() {
        return life;
    }

    int partitions() {
        return next.length;
    }

    /** The offset to go on with; 0 for a partition that the topic got after this place was made. */
    long next(int partition) {
        return partition < next.length ? next[partition] : 0;
    }

    /** A copy. */
    long[] offsets(int partitions) {
        return Arrays.copyOf(next, partitions);
    }

    /** Whether both are of the same topic, as far as is known. */
    boolean isOfSameLife(Cursor other) {
        return topicTag == other.topicTag && (life == other.life || life == UNKNOWN_LIFE || other.life == UNKNOWN_LIFE);
    }

    /** Whether both are the same place of the same topic. */
    boolean isAt(Cursor other) {
        return isOfSameLife(other) && Arrays.equals(next, other.next);
    }

    /** Whether everything before the other place is before this one too. */
    boolean reaches(Cursor other) {
        for (int partition = 0; partition < other.next.length; partition++) {
            if (next(partition) < other.next[partition]) {
                return false;
            }
        }
        return true;
    }

    /** The place of somebody who has both what is before this and what is before the other. */
    Cursor max(Cursor other) {
        long[] both = Arrays.copyOf(next, Math.max(next.length, other.next.length));
        for (int partition = 0; partition < both.length; partition++) {
            both[partition] = Math.max(both[partition], other.next(partition));
        }
        return new Cursor(topicTag, life, Math.max(atMs, other.atMs), both);
    }

    /** Text for the wire; {@link #decode} reads it back. */
    public String encode() {
        byte[] bytes = new byte[2 + 10 + 10 + 5 + next.length * 10];
        bytes[0] = VERSION;
        bytes[1] = (byte) topicTag;
        int length = putVarint(bytes, 2, life);
        length = putVarint(bytes, length, atMs);
        length = putVarint(bytes, length, next.length);
        for (long offset : next) {
            length = putVarint(bytes, length, offset);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(bytes, length));
    }

    /** The cursor in the text, or empty where {@link #encode} can't have made it. */
    public static Optional<Cursor> decode(String text) {
        if (text.length() > MAX_TEXT_LENGTH) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        if (bytes.length < 5 || bytes[0] != VERSION) {
            return Optional.empty();
        }
        VarintReader in = new VarintReader(bytes, 2);
        long life = in.next();
        long atMs = in.next();
        long partitions = in.next();
        if (in.failed || partitions > MAX_PARTITIONS) {
            return Optional.empty();
        }
        long[] next = new long[(int) partitions];
        for (int partition = 0; partition < next.length; partition++) {
            next[partition] = in.next();
        }
        if (in.failed || in.position != bytes.length) {
            return Optional.empty();
        }
        return Optional.of(new Cursor(bytes[1], life, atMs, next));
    }

    private static int putVarint(byte[] bytes, int position, long value) {
        long rest = value;
        int at = position;
        while ((rest & ~0x7fL) != 0) {
            bytes[at++] = (byte) (rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
        return at;
    }

    private static final class VarintReader {
        private final byte[] bytes;
        private int position;
        private boolean failed;

        private VarintReader(byte[] bytes, int position) {
            this.bytes = bytes;
            this.position = position;
        }

        /** The next value, never negative; 0 and {@link #failed} where there is none. */
        private long next() {
            long value = 0;
            for (int shift = 0; shift < 63 && position < bytes.length; shift += 7) {
                byte b = bytes[position++];
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            failed = true;
            return 0;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cursor that
                && topicTag == that.topicTag
                && life == that.life
                && atMs == that.atMs
                && Arrays.equals(next, that.next);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * (31 * topicTag + Long.hashCode(life)) + Long.hashCode(atMs)) + Arrays.hashCode(next);
    }

    @Override
    public String toString() {
        return "topic " + topicTag + " life " + life + " at " + atMs + " " + Arrays.toString(next);
    }
}
