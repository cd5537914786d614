package io.tidegate.jobs.clickhouse;

import java.nio.charset.StandardCharsets;

/**
 * Which shard a row belongs to: {@code xxHash64(key) % shards}, the key being a text column's UTF-8 bytes and the
 * hash an unsigned 64-bit number. ClickHouse has the same function under the same name, so a Distributed table over
 * the shards carries the sharding key {@code xxHash64(column)}, and anybody can ask in SQL where a row must be.
 *
 * <p>The hash is XXH64 with seed 0, as its specification has it (https://github.com/Cyan4973/xxHash).
 */
public final class Sharding {

    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME_5 = 0x27D4EB2F165667C5L;

    private Sharding() {}

    /**
     * @param key the value of the sharding column
     * @param shards at least 1
     * @return from 0 up to {@code shards}
     */
    public static int shardOf(String key, int shards) {
        return shards == 1 ? 0 : (int) Long.remainderUnsigned(xxHash64(key.getBytes(StandardCharsets.UTF_8)), shards);
    }

    /** The expression of {@link #shardOf} in ClickHouse's SQL. */
    public static String sql(String column, int shards) {
        return "xxHash64(" + column + ") % " + shards;
    }

    static long xxHash64(byte[] bytes) {
        int length = bytes.length;
        int at = 0;
        long hash;
        if (length >= 32) {
            long v1 = PRIME_1 + PRIME_2;
            long v2 = PRIME_2;
            long v3 = 0;
            long v4 = -PRIME_1;
            for (; at <= length - 32; at += 32) {
                v1 = round(v1, int64(bytes, at));
                v2 = round(v2, int64(bytes, at + 8));
                v3 = round(v3, int64(bytes, at + 16));
                v4 = round(v4, int64(bytes, at + 24));
            }
            hash = Long.rotateLeft(v1, 1) + Long.rotateLeft(v2, 7) + Long.rotateLeft(v3, 12) + Long.rotateLeft(v4, 18);
            hash = merge(hash, v1);
            hash = merge(hash, v2);
            hash = merge(hash, v3);
            hash = merge(hash, v4);
        } else {
            hash = PRIME_5;
        }
        hash += length;
        for (; at <= length - 8; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, int64(bytes, at)), 27) * PRIME_1 + PRIME_4;
        }
        if (at <= length - 4) {
            hash = Long.rotateLeft(hash ^ (int32(bytes, at) & 0xFFFF_FFFFL) * PRIME_1, 23) * PRIME_2 + PRIME_3;
            at += 4;
        }
        for (; at < length; at++) {
            hash = Long.rotateLeft(hash ^ (bytes[at] & 0xFFL) * PRIME_5, 11) * PRIME_1;
        }
        hash = (hash ^ hash >>> 33) * PRIME_2;
        hash = (hash ^ hash >>> 29) * PRIME_3;
        return hash ^ hash >>> 32;
    }

    private static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
    }

    private static long int64(byte[] b, int at) {
        return int32(b, at) & 0xFFFF_FFFFL | (long) int32(b, at + 4) << 32;
    }

    private static int int32(byte[] b, int at) {
        return b[at] & 0xFF | (b[at + 1] & 0xFF) << 8 | (b[at + 2] & 0xFF) << 16 | b[at + 3] << 24;
    }
}
