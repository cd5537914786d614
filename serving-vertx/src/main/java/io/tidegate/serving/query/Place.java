package io.tidegate.serving.query;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The place right after a row of a sorted answer.
 *
 * @param value what the answer is sorted by; no colon in it
 * @param id what rows of equal value are sorted by
 */
record Place(String value, String id) {

    /** Opaque to clients, safe in a URL. */
    String encode() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((value + ":" + id).getBytes(StandardCharsets.UTF_8));
    }

    static Place decode(String cursor) throws BadParameterException {
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            if (colon > 0) {
                return new Place(text.substring(0, colon), text.substring(colon + 1));
            }
        } catch (IllegalArgumentException notOurs) {
            throw unknown();
        }
        throw unknown();
    }

    /** The value as a whole number. */
    long number() throws BadParameterException {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException notOurs) {
            throw unknown();
        }
    }

    static BadParameterException unknown() {
        return new BadParameterException("cursor", "must be one that an answer of this resource gave");
    }
}
