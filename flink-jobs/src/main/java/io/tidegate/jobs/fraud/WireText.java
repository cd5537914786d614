package io.tidegate.jobs.fraud;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Texts between tasks, as UTF-8 with a length of one or four bytes before it: for the short ASCII that ids are, encoding and decoding are
 * one copy each. Texts are valid Unicode, as protobuf has them.
 *
 * <p>Its buffer makes it one thread's.
 */
final class WireText {

    private static final int LONG = 0xff;
    private static final int FIRST_CAPACITY = 64;

    private byte[] buffer = new byte[FIRST_CAPACITY];

    static void write(String text, DataOutputView target) throws IOException {
        if (text.isEmpty()) {
            target.writeByte(0);
            return;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length < LONG) {
            target.writeByte(utf8.length);
        } else {
            target.writeByte(LONG);
            target.writeInt(utf8.length);
        }
        target.write(utf8, 0, utf8.length);
    }

    String read(DataInputView source) throws IOException {
        int length = source.readUnsignedByte();
        if (length == 0) {
            return "";
        }
        if (length == LONG) {
            length = source.readInt();
        }
        if (length > buffer.length) {
            buffer = new byte[Integer.highestOneBit(length) << 1];
        }
        source.readFully(buffer, 0, length);
        return new String(buffer, 0, length, StandardCharsets.UTF_8);
    }
}
