package io.tidegate.jobs.source;

import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.types.StringValue;

/**
 * Texts in state, byte for byte as {@link StringValue} writes them: the number of characters and one, then the characters, each number with
 * seven bits to a byte. What {@link StringValue} gives to the stream byte by byte, of which each passes through all the layers below a
 * checkpoint, is one write here where the text is plain ASCII without a question mark.
 */
public final class StoredText {

    /** From here on a number takes two bytes. */
    private static final int TWO_BYTES = 1 << 7;

    private static final int THREE_BYTES = 1 << 14;

    private StoredText() {}

    /** @param text null is written too, as Flink does */
    public static void write(String text, DataOutput target) throws IOException {
        byte[] stored = text == null ? null : ascii(text);
        if (stored == null) {
            StringValue.writeString(text, target);
        } else {
            target.write(stored);
        }
    }

    /** Null where it isn't short ASCII, or may not be. */
    private static byte[] ascii(String text) {
        int length = text.length();
        int number = length + 1;
        if (number >= THREE_BYTES) {
            return null;
        }
        int start = number < TWO_BYTES ? 1 : 2;
        // Faster than a loop over charAt. As many bytes as characters: each is ASCII, or half a surrogate pair that
        // became a question mark.
        byte[] characters = text.getBytes(StandardCharsets.UTF_8);
        if (characters.length != length) {
            return null;
        }
        byte[] stored = new byte[start + length];
        if (start == 1) {
            stored[0] = (byte) number;
        } else {
            stored[0] = (byte) (number | TWO_BYTES);
            stored[1] = (byte) (number >>> 7);
        }
        for (int i = 0; i < length; i++) {
            if (characters[i] == '?') {
                return null;
            }
            stored[start + i] = characters[i];
        }
        return stored;
    }
}
