package io.tidegate.jobs.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The golden bytes are what {@code SELECT … FORMAT RowBinary} of ClickHouse 26.7 gives for the same values. */
class RowBinaryWriterTest {

    private final RowBinaryWriter out = new RowBinaryWriter(16);

    @Test
    void numbersAreLittleEndian() {
        out.uint8(0xAB);
        out.int16(-2);
        out.int32(0x01020304);
        out.uint32(4_294_967_295L);
        out.int64(-1);
        out.int64(0x0102030405060708L);

        assertThat(hex()).isEqualTo("ab" + "feff" + "04030201" + "ffffffff" + "ffffffffffffffff" + "0807060504030201");
    }

    @Test
    void aFloatIsItsBits() {
        out.float64(1.5);

        assertThat(hex()).isEqualTo("000000000000f83f");
    }

    @Test
    void aDecimalIsItsWholeTenThousandths() {
        out.decimal4(123_400);

        assertThat(hex()).isEqualTo("08e2010000000000");
    }

    @Test
    void aDateTimeIsWholeSeconds() {
        out.dateTime(1_700_000_000_999L);

        assertThat(hex()).isEqualTo("00f15365");
    }

    @Test
    void aDateTime64IsMilliseconds() {
        out.dateTime64Ms(1_700_000_000_123L);

        assertThat(hex()).isEqualTo("7b68e5cf8b010000");
    }

    @Test
    void aUuidIsTwoLittleEndianHalves() {
        out.uuid(UUID.fromString("61f0c404-5cb3-11e7-907b-a6006ad3dba0"));

        assertThat(hex()).isEqualTo("e711b35c04c4f061" + "a0dbd36a00a67b90");
    }

    @Test
    void aStringIsItsLengthInBytesAndUtf8() {
        out.string("");
        out.string("abc");
        out.string("ß€😀");

        assertThat(hex()).isEqualTo("00" + "03616263" + "09" + "c39f" + "e282ac" + "f09f9880");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 41, 42, 43, 126, 127, 128, 129, 16_383, 16_384, 100_000})
    void aStringOfAnyLengthIsWhatJavaEncodes(int chars) {
        for (String unit : List.of("a", "ß", "€", "😀", "a😀€")) {
            String text = unit.repeat(chars);
            out.reset();

            out.string(text);

            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            RowBinaryWriter expected = new RowBinaryWriter(16);
            expected.varInt(utf8.length);
            expected.bytes(utf8);
            assertThat(out.toByteArray()).isEqualTo(expected.toByteArray());
        }
    }

    @Test
    void aLoneSurrogateIsAQuestionMark() {
        out.string("a\ud83d");
        out.string("\ude00b");
        out.string("\ude00".repeat(200));

        assertThat(hex()).startsWith("02613f" + "023f62" + "c801" + "3f3f");
        assertThat(out.size()).isEqualTo(3 + 3 + 2 + 200);
    }

    @Test
    void aStringFromBytesIsTheSame() {
        out.string("ß€".getBytes(StandardCharsets.UTF_8));

        assertThat(hex()).isEqualTo("05c39fe282ac");
    }

    @Test
    void anArrayIsItsSizeAndItems() {
        out.strings(List.of("a", "bc"));
        out.strings(List.of());

        assertThat(hex()).isEqualTo("02" + "0161" + "026263" + "00");
    }

    @Test
    void aMapIsItsSizeAndPairs() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("k", "v");
        map.put("l", "");

        out.stringMap(map);
        out.stringMap(Map.of());

        assertThat(hex()).isEqualTo("02" + "016b" + "0176" + "016c" + "00" + "00");
    }

    @Test
    void aLengthIsLeb128() {
        out.varInt(0);
        out.varInt(127);
        out.varInt(128);
        out.varInt(300);
        out.varInt(Integer.MAX_VALUE);

        assertThat(hex()).isEqualTo("00" + "7f" + "8001" + "ac02" + "ffffffff07");
    }

    @Test
    void theBufferGrowsAndServesAgain() {
        out.string("x".repeat(1_000));
        out.reset();
        out.uint8(1);

        assertThat(out.size()).isEqualTo(1);
        assertThat(hex()).isEqualTo("01");
    }

    private String hex() {
        return HexFormat.of().formatHex(out.toByteArray());
    }
}
