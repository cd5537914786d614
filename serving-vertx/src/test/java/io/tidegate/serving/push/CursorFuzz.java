package io.tidegate.serving.push;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A cursor from anywhere: what decodes can be encoded and is the same place. */
public final class CursorFuzz {

    private CursorFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Optional<Cursor> cursor = Cursor.decode(new String(input, StandardCharsets.UTF_8));
        if (cursor.isPresent() && !Cursor.decode(cursor.get().encode()).equals(cursor)) {
            throw new IllegalStateException("not the same place: " + cursor.get());
        }
    }
}
