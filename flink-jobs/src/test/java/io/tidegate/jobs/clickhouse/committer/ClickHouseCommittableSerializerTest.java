package io.tidegate.jobs.clickhouse.committer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.jobs.clickhouse.WriteMode;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ClickHouseCommittableSerializerTest {

    private static final ClickHouseCommittable BATCH = ClickHouseCommittable.seal(
            "db",
            "t",
            "a,b",
            WriteMode.UPSERT,
            1,
            3,
            202611,
            new UUID(0x0102030405060708L, 0x1112131415161718L),
            2,
            new byte[] {0x0a, 0x0b, 0x0c},
            -1,
            1_700_000_000_000L);

    /**
     * Version 1. A savepoint somewhere holds such bytes: this text never changes, a new version gets one of its
     * own.
     */
    private static final String VERSION_1 = "00000002" + "6462"
            + "00000001" + "74"
            + "00000003" + "612c62"
            + "01"
            + "00031773"
            + "0102030405060708" + "1112131415161718"
            + "00000002"
            + "f3ea6b43"
            + "00"
            + "ffffffffffffffff"
            + "0000018bcfe56800"
            + "00000003" + "0a0b0c";

    private static final String VERSION_2 = VERSION_1.replaceFirst("612c6201", "612c6201" + "00000001" + "00000003");

    private final ClickHouseCommittableSerializer serializer = new ClickHouseCommittableSerializer();

    @Test
    void theBytesAreThoseOfVersion2() throws Exception {
        assertThat(serializer.getVersion()).isEqualTo(2);
        assertThat(HexFormat.of().formatHex(serializer.serialize(BATCH))).isEqualTo(VERSION_2);
        assertThat(serializer.deserialize(2, HexFormat.of().parseHex(VERSION_2)))
                .isEqualTo(BATCH);
    }

    @Test
    void theBytesOfVersion1AreReadAsOfTheOnlyShard() throws Exception {
        ClickHouseCommittable batch = serializer.deserialize(1, HexFormat.of().parseHex(VERSION_1));

        assertThat(batch)
                .usingRecursiveComparison()
                .ignoringFields("shard", "shards")
                .isEqualTo(BATCH);
        assertThat(batch.shard()).isZero();
        assertThat(batch.shards()).isEqualTo(1);
    }

    @Test
    void aVersionOfTheFutureIsRefused() {
        assertThatThrownBy(() -> serializer.deserialize(3, serializer.serialize(BATCH)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 3");
    }

    @Test
    void anEncodingOfTheFutureIsRefused() {
        byte[] bytes = serializer.serialize(BATCH);
        bytes[bytes.length - BATCH.payload().length - 4 - 8 - 8 - 1] = 9;

        assertThatThrownBy(() -> serializer.deserialize(2, bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("encoding 9");
    }

    @Test
    void aChangedByteIsNoticed() {
        byte[] bytes = serializer.serialize(BATCH);
        bytes[bytes.length - 1]++;

        assertThatThrownBy(() -> serializer.deserialize(2, bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("checksum");
    }

    @Test
    void anyPrefixIsRefused() {
        byte[] bytes = serializer.serialize(BATCH);
        for (int length = 0; length < bytes.length; length++) {
            byte[] prefix = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> serializer.deserialize(2, prefix)).isInstanceOf(IOException.class);
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThatThrownBy(() -> serializer.deserialize(2, longer)).hasMessageContaining("too many");
    }
}
