package io.tidegate.dev.clickhouse.compression;

import com.github.luben.zstd.Zstd;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** Reads a sequence of ClickHouse's compressed blocks; ends only at a block's border. */
public final class BlockInputStream extends InputStream {

    /** A server refuses larger blocks too. */
    private static final int MAX_BLOCK = 0x40000000;

    private final InputStream in;
    private final LZ4SafeDecompressor lz4 = LZ4Factory.safeInstance().safeDecompressor();
    private byte[] block = new byte[CompressedBlock.CHECKSUM_SIZE + CompressedBlock.HEADER_SIZE];
    private byte[] data = new byte[0];
    private int position;
    private int limit;

    public BlockInputStream(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        return fill() ? data[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int n = Math.min(length, limit - position);
        System.arraycopy(data, position, target, offset, n);
        position += n;
        return n;
    }

    private boolean fill() throws IOException {
        while (position == limit) {
            if (!readBlock()) {
                return false;
            }
        }
        return true;
    }

    private boolean readBlock() throws IOException {
        int head = CompressedBlock.CHECKSUM_SIZE + CompressedBlock.HEADER_SIZE;
        int read = in.readNBytes(block, 0, head);
        if (read == 0) {
            return false;
        }
        if (read < head) {
            throw new EOFException("A compressed block ends in its header");
        }
        ByteBuffer header = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        byte method = header.get(CompressedBlock.CHECKSUM_SIZE);
        int compressed = header.getInt(CompressedBlock.CHECKSUM_SIZE + 1);
        int plain = header.getInt(CompressedBlock.CHECKSUM_SIZE + 5);
        if (compressed < CompressedBlock.HEADER_SIZE || compressed > MAX_BLOCK || plain < 0 || plain > MAX_BLOCK) {
            throw new IOException("Sizes of a compressed block are out of bounds: " + compressed + ", " + plain);
        }
        int length = CompressedBlock.CHECKSUM_SIZE + compressed;
        if (block.length < length) {
            block = Arrays.copyOf(block, length);
        }
        if (in.readNBytes(block, head, length - head) < length - head) {
            throw new EOFException("A compressed block ends in its data");
        }
        if (!CompressedBlock.isSealed(block, length)) {
            throw new IOException("Checksum of a compressed block doesn't match");
        }
        if (data.length < plain) {
            data = new byte[plain];
        }
        decompress(method, head, length - head, plain);
        position = 0;
        limit = plain;
        return true;
    }

    private void decompress(byte method, int offset, int length, int plain) throws IOException {
        int got;
        switch (method) {
            case CompressedBlock.METHOD_LZ4 -> {
                try {
                    got = lz4.decompress(block, offset, length, data, 0, plain);
                } catch (LZ4Exception e) {
                    throw new IOException("A compressed block holds broken LZ4 data", e);
                }
            }
            case CompressedBlock.METHOD_ZSTD -> {
                long size = Zstd.decompressByteArray(data, 0, plain, block, offset, length);
                if (Zstd.isError(size)) {
                    throw new IOException("A compressed block holds broken ZSTD data: " + Zstd.getErrorName(size));
                }
                got = (int) size;
            }
            case CompressedBlock.METHOD_NONE -> {
                got = Math.min(length, plain);
                System.arraycopy(block, offset, data, 0, got);
            }
            default -> throw new IOException("Unknown method of a compressed block: " + (method & 0xff));
        }
        if (got != plain) {
            throw new IOException("A compressed block has " + got + " bytes instead of " + plain);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
