package io.tidegate.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.apache.flink.types.StringValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts in state are read by whatever version of the program comes next, or came before: the bytes are Flink's. */
class StoredTextTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 47, 125, 126, 127, 128, 300, 16_381, 16_382, 16_383, 16_384, 70_000})
    void asciiOfAnyLengthIsWrittenAsFlinkWritesIt(int length) throws IOException {
        assertWrittenAsFlinkDoes("~".repeat(length));
    }

    @Test
    void soIsWhatIsNoAscii() throws IOException {
        assertWrittenAsFlinkDoes(null);
        for (String text : new String[] {
            "\0",
            "u1\0tenant",
            "\u007f",
            "\u0080",
            "caf\u00e9",
            "\u7528\u6237",
            "\ud83d\ude00",
            "torn \ud83d",
            "what?",
            "\uffff"
        }) {
            assertWrittenAsFlinkDoes(text);
        }
    }

    @Test
    void soIsWhateverElse() throws IOException {
        Random random = new Random(42);
        int[] limits = {0x80, 0x81, 0x100, 0x4001, 0x10000};
        for (int i = 0; i < 20_000; i++) {
            int limit = limits[random.nextInt(limits.length)];
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(200); length > 0; length--) {
                text.append((char) random.nextInt(limit));
            }
            assertWrittenAsFlinkDoes(text.toString());
        }
    }

    @Test
    void anIdReachesTheStreamInOnePiece() throws IOException {
        int[] writes = {0};
        var stream = new DataOutputViewStreamWrapper(new ByteArrayOutputStream() {
            @Override
            public synchronized void write(int b) {
                writes[0]++;
                super.write(b);
            }

            @Override
            public synchronized void write(byte[] b, int offset, int length) {
                writes[0]++;
                super.write(b, offset, length);
            }
        });

        StoredText.write("post:post-1234|device:device-of-user-12345", stream);

        assertThat(writes[0]).isEqualTo(1);
    }

    private static void assertWrittenAsFlinkDoes(String text) throws IOException {
        DataOutputSerializer expected = new DataOutputSerializer(64);
        StringValue.writeString(text, expected);
        DataOutputSerializer written = new DataOutputSerializer(64);

        StoredText.write(text, written);

        assertThat(written.getCopyOfBuffer()).isEqualTo(expected.getCopyOfBuffer());
        assertThat(StringValue.readString(new DataInputDeserializer(written.getCopyOfBuffer())))
                .isEqualTo(text);
    }
}
