package io.tidegate.dev.clickhouse.compression;

import com.clickhouse.data.ClickHouseCityHash;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Layout of ClickHouse's compressed blocks ({@code compress=1}, {@code decompress=1}): CityHash128 of the rest (16 bytes),
 * method (1), size of header and data (4), size of the data when decompressed (4), data. Little endian.
 */
final class CompressedBlock {

    static final int CHECKSUM_SIZE = 16;
    static final int HEADER_SIZE = 9;
    static final byte METHOD_NONE = 0x02;
    static final byte METHOD_LZ4 = (byte) 0x82;
    static final byte METHOD_ZSTD = (byte) 0x90;

    private CompressedBlock() {}

    /** Writes the checksum of {@code block[16, length)} into its first 16 bytes. */
    static void seal(byte[] block, int length) {
        long[] hash = hash(block, length);
        ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).putLong(hash[0]).putLong(hash[1]);
    }

    /** Whether the checksum in the first 16 bytes is that of {@code block[16, length)}. */
    static boolean isSealed(byte[] block, int length) {
        long[] hash = hash(block, length);
        ByteBuffer buffer = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        return buffer.getLong() == hash[0] && buffer.getLong() == hash[1];
    }

    // Deprecated with the rest of the first client's packages, but still what the maintained client itself calls.
    @SuppressWarnings("deprecation")
    private static long[] hash(byte[] block, int length) {
        return ClickHouseCityHash.cityHash128(block, CHECKSUM_SIZE, length - CHECKSUM_SIZE);
    }
}
