package io.tidegate.dev.clickhouse.compression;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;

/** Writes ClickHouse's compressed blocks by LZ4, each of at most 1 MiB of plain data. */
public final class BlockOutputStream extends OutputStream {

    /** As a server's. */
    public static final int LARGEST_BLOCK = 1 << 20;

    private static final int HEAD = CompressedBlock.CHECKSUM_SIZE + CompressedBlock.HEADER_SIZE;

    private final OutputStream out;
    private final LZ4Compressor lz4 = LZ4Factory.safeInstance().fastCompressor();
    private final byte[] plain;
    private final byte[] block;
    private int size;

    public BlockOutputStream(OutputStream out) {
        this(out, LARGEST_BLOCK);
    }

    /** @param blockSize plain bytes of a block; less than {@link #LARGEST_BLOCK} where less is to be written */
    public BlockOutputStream(OutputStream out, int blockSize) {
        this.out = out;
        this.plain = new byte[blockSize];
        this.block = new byte[HEAD + lz4.maxCompressedLength(blockSize)];
    }

    @Override
    public void write(int b) throws IOException {
        plain[size++] = (byte) b;
        if (size == plain.length) {
            writeBlock();
        }
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            int n = Math.min(left, plain.length - size);
            System.arraycopy(source, from, plain, size, n);
            size += n;
            from += n;
            left -= n;
            if (size == plain.length) {
                writeBlock();
            }
        }
    }

    private void writeBlock() throws IOException {
        if (size == 0) {
            return;
        }
        int compressed = lz4.compress(plain, 0, size, block, HEAD, block.length - HEAD);
        ByteBuffer.wrap(block)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(CompressedBlock.CHECKSUM_SIZE)
                .put(CompressedBlock.METHOD_LZ4)
                .putInt(compressed + CompressedBlock.HEADER_SIZE)
                .putInt(size);
        CompressedBlock.seal(block, HEAD + compressed);
        out.write(block, 0, HEAD + compressed);
        size = 0;
    }

    /** Ends the current block, so that the reader gets everything written so far. */
    @Override
    public void flush() throws IOException {
        writeBlock();
        out.flush();
    }

    @Override
    public void close() throws IOException {
        writeBlock();
        out.close();
    }
}
