package io.tidegate.jobs.clickhouse.committer;

import io.tidegate.jobs.clickhouse.WriteMode;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * The form of a batch in checkpoints and savepoints. Version 2, big endian, a text being an int of bytes and UTF-8:
 *
 * <pre>
 * text database | text table | text columns | byte mode | int shard | int shards | int partition | long, long batch id | int rows
 * | int CRC-32C | byte encoding (0: plain RowBinary) | long writer restored from | long opened at
 * | int payload length | payload
 * </pre>
 *
 * <p>Version 1 had no {@code shard} and {@code shards}: such a batch is of the first shard of one.
 *
 * <p>A version or encoding it doesn't know is refused: a newer job wrote it, and guessing would lose rows. A new
 * version is added beside the old ones, which stay readable.
 */
public final class ClickHouseCommittableSerializer implements SimpleVersionedSerializer<ClickHouseCommittable> {

    private static final int VERSION = 2;
    private static final int WITHOUT_SHARDS = 1;
    private static final byte PLAIN = 0;
    private static final int FIXED_BYTES = 3 * 4 + 1 + 4 + 4 + 4 + 16 + 4 + 4 + 1 + 8 + 8 + 4;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(ClickHouseCommittable batch) {
        byte[] database = batch.database().getBytes(StandardCharsets.UTF_8);
        byte[] table = batch.table().getBytes(StandardCharsets.UTF_8);
        byte[] columns = batch.columns().getBytes(StandardCharsets.UTF_8);
        byte[] payload = batch.payload();
        int length = Math.addExact(FIXED_BYTES + database.length + table.length + columns.length, payload.length);
        ByteBuffer out = ByteBuffer.allocate(length);
        out.putInt(database.length).put(database);
        out.putInt(table.length).put(table);
        out.putInt(columns.length).put(columns);
        out.put((byte) batch.mode().wireCode());
        out.putInt(batch.shard());
        out.putInt(batch.shards());
        out.putInt(batch.partition());
        out.putLong(batch.batchId().getMostSignificantBits());
        out.putLong(batch.batchId().getLeastSignificantBits());
        out.putInt(batch.rows());
        out.putInt(batch.checksum());
        out.put(PLAIN);
        out.putLong(batch.writerRestoredFrom());
        out.putLong(batch.openedAtMs());
        out.putInt(payload.length).put(payload);
        return out.array();
    }

    /** @throws IOException where the version is newer than this job, or the bytes aren't a batch or were changed */
    @Override
    public ClickHouseCommittable deserialize(int version, byte[] serialized) throws IOException {
        if (version != VERSION && version != WITHOUT_SHARDS) {
            throw new IOException(
                    "A ClickHouse batch of version " + version + " is in the state; this job reads versions 1 to "
                            + VERSION + ". Restore it with the job that wrote it, or a newer one.");
        }
        ByteBuffer in = ByteBuffer.wrap(serialized);
        ClickHouseCommittable batch;
        try {
            batch = read(in, version);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("A ClickHouse batch in the state is damaged", e);
        }
        if (in.hasRemaining()) {
            throw new IOException("A ClickHouse batch in the state is damaged: " + in.remaining() + " bytes too many");
        }
        if (!batch.isIntact()) {
            throw new IOException("A ClickHouse batch in the state is damaged: wrong checksum of " + batch);
        }
        return batch;
    }

    private static ClickHouseCommittable read(ByteBuffer in, int version) throws IOException {
        String database = text(in);
        String table = text(in);
        String columns = text(in);
        WriteMode mode = WriteMode.ofWireCode(in.get());
        int shard = version == WITHOUT_SHARDS ? 0 : in.getInt();
        int shards = version == WITHOUT_SHARDS ? 1 : in.getInt();
        int partition = in.getInt();
        UUID batchId = new UUID(in.getLong(), in.getLong());
        int rows = in.getInt();
        int checksum = in.getInt();
        byte encoding = in.get();
        if (encoding != PLAIN) {
            throw new IOException("A ClickHouse batch in the state has encoding " + encoding
                    + ", which this job doesn't know. Restore it with the job that wrote it, or a newer one.");
        }
        long restoredFrom = in.getLong();
        long openedAtMs = in.getLong();
        byte[] payload = bytes(in);
        return new ClickHouseCommittable(
                database,
                table,
                columns,
                mode,
                shard,
                shards,
                partition,
                batchId,
                rows,
                checksum,
                payload,
                restoredFrom,
                openedAtMs);
    }

    private static String text(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("length " + length + " with " + in.remaining() + " bytes left");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
