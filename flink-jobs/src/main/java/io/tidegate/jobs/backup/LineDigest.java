package io.tidegate.jobs.backup;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * Says whether two collections of lines are the same, in whatever order and with repeats: how many there are, and the sum of their hashes
 * modulo 2⁶⁴. Not against somebody who wants to deceive; the files' SHA-256 is for that.
 */
final class LineDigest {

    private final MessageDigest hash = Hashes.sha256();
    private long lines;
    private long sum;

    void add(byte[] buffer, int offset, int length) {
        hash.update(buffer, offset, length);
        sum += ByteBuffer.wrap(hash.digest()).getLong();
        lines++;
    }

    long lines() {
        return lines;
    }

    /** 16 hexadecimal digits. */
    String sum() {
        return "%016x".formatted(sum);
    }
}
