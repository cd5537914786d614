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

    private final ClickHouseCommittableSerializer serializer = new ClickHouseCommittableSerializer();

    @Test
    void theBytesAreThoseOfVersion1() {
        assertThat(serializer.getVersion()).isEqualTo(1);
        assertThat(HexFormat.of().formatHex(serializer.serialize(BATCH))).isEqualTo(VERSION_1);
    }

    @Test
    void theBytesOfVersion1AreRead() throws Exception {
        assertThat(serializer.deserialize(1, HexFormat.of().parseHex(VERSION_1)))
                .isEqualTo(BATCH);
    }

    @Test
    void aVersionOfTheFutureIsRefused() {
        assertThatThrownBy(() -> serializer.deserialize(2, serializer.serialize(BATCH)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void anEncodingOfTheFutureIsRefused() {
        byte[] bytes = serializer.serialize(BATCH);
        bytes[bytes.length - BATCH.payload().length - 4 - 8 - 8 - 1] = 9;

        assertThatThrownBy(() -> serializer.deserialize(1, bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("encoding 9");
    }

    @Test
    void aChangedByteIsNoticed() {
        byte[] bytes = serializer.serialize(BATCH);
        bytes[bytes.length - 1]++;

        assertThatThrownBy(() -> serializer.deserialize(1, bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("checksum");
    }

    @Test
    void anyPrefixIsRefused() {
        byte[] bytes = serializer.serialize(BATCH);
        for (int length = 0; length < bytes.length; length++) {
            byte[] prefix = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> serializer.deserialize(1, prefix)).isInstanceOf(IOException.class);
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThatThrownBy(() -> serializer.deserialize(1, longer)).hasMessageContaining("too many");
    }
}
