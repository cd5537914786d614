package io.tidegate.dev.clickhouse.compression;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 99, 100, 101, 1000})
    void blocksRoundTripAcrossTheirBorders(int size) throws IOException {
        byte[] plain = random(size);
        assertThat(read(blocks(plain, 100))).isEqualTo(plain);
    }

    @Test
    void aZstdBlockIsReadToo() throws IOException {
        // Given
        byte[] plain = "zstd ".repeat(100).getBytes(UTF_8);
        byte[] compressed = Zstd.compress(plain);
        byte[] block = new byte[25 + compressed.length];
        ByteBuffer.wrap(block)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(16)
                .put((byte) 0x90)
                .putInt(9 + compressed.length)
                .putInt(plain.length)
                .put(compressed);
        CompressedBlock.seal(block, block.length);

        // When / Then
        assertThat(read(block)).isEqualTo(plain);
    }

    @Test
    void theLayoutIsTheServers() throws IOException {
        // Given: an uncompressed block as ClickHouse 26.7 writes it for the bytes "1\n"
        byte[] block = blocks("1\n".getBytes(UTF_8), 100);

        // Then: method, size with the header, plain size, one literal run
        assertThat(HexFormat.of().formatHex(block, 16, block.length)).isEqualTo("820c00000002000000" + "20" + "310a");
    }

    @Test
    void everyFlippedBitIsFound() throws IOException {
        byte[] block = blocks("some plain text, some plain text".getBytes(UTF_8), 100);
        for (int i = 0; i < block.length; i++) {
            byte[] broken = block.clone();
            broken[i] ^= 1;
            assertThatThrownBy(() -> read(broken)).as("byte %d", i).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anEndInsideOfABlockIsAnError() throws IOException {
        byte[] block = blocks("some plain text".getBytes(UTF_8), 100);
        for (int length = 1; length < block.length; length++) {
            byte[] cut = Arrays.copyOf(block, length);
            assertThatThrownBy(() -> read(cut)).as("%d bytes", length).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void aSizeOutOfBoundsIsRefusedBeforeMemoryIsTaken() {
        byte[] block = new byte[25];
        ByteBuffer.wrap(block)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(16)
                .put((byte) 0x82)
                .putInt(Integer.MAX_VALUE)
                .putInt(10);
        assertThatThrownBy(() -> read(block)).hasMessageContaining("out of bounds");
    }

    @ParameterizedTest
    @EnumSource(ContentCoding.class)
    void contentCodingsRoundTrip(ContentCoding coding) throws IOException {
        byte[] plain = random(300_000);
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        try (OutputStream out = coding.encode(coded)) {
            out.write(plain);
        }
        try (InputStream in = coding.decode(new ByteArrayInputStream(coded.toByteArray()))) {
            assertThat(in.readAllBytes()).isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @EnumSource(ContentCoding.class)
    void aCutCodedBodyIsAnErrorAndNoEnd(ContentCoding coding) throws IOException {
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        try (OutputStream out = coding.encode(coded)) {
            out.write(random(300_000));
        }
        byte[] cut = Arrays.copyOf(coded.toByteArray(), coded.size() / 2);
        assertThatThrownBy(() -> {
                    try (InputStream in = coding.decode(new ByteArrayInputStream(cut))) {
                        in.readAllBytes();
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip, deflate        | GZIP",
                "deflate, GZIP;q=0.5  | GZIP",
                "gzip;q=0, deflate    | DEFLATE",
                "br, zstd             | ZSTD",
                "lz4                  | LZ4",
                "br, *                |",
                "identity             |"
            })
    void thePreferredAcceptedCodingIsChosen(String header, ContentCoding expected) {
        assertThat(ContentCoding.accepted(header).orElse(null)).isEqualTo(expected);
    }

    private static byte[] blocks(byte[] plain, int blockSize) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream blocks = new BlockOutputStream(out, blockSize)) {
            blocks.write(plain);
        }
        return out.toByteArray();
    }

    private static byte[] read(byte[] blocks) throws IOException {
        try (InputStream in = new BlockInputStream(new ByteArrayInputStream(blocks))) {
            return in.readAllBytes();
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
