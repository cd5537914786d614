package io.tidegate.serving.ingest;

import io.tidegate.serving.auth.Principal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * A sender's name for one request ({@code Idempotency-Key}), under which it may be sent again. The ids of events that come without
 * one are made from it instead of by chance, so a repeat, to whichever gateway, brings the same ids, and what stands behind
 * counts them once.
 *
 * <p>The key is the sender's own: the same key of another subject or tenant is another key.
 *
 * @param tenant of the token, or empty
 * @param subject of the token
 * @param key 1 to {@value #MAX_LENGTH} visible ASCII characters, neither quotes nor backslashes
 */
record RepeatKey(String tenant, String subject, String key) {

    static final int MAX_LENGTH = 128;

    /** Version 5 (RFC 9562): SHA-1 over a namespace and a name. */
    private static final byte[] NAMESPACE = uuidBytes(UUID.fromString("5b1f5f0e-2f3c-4e0f-9a77-0d3c7d0b6c11"));

    /**
     * @param header the key as it is, or in the quotes of a structured field
     * @throws BodyRefusedException if it isn't of this form
     */
    static RepeatKey of(Principal sender, String header) throws BodyRefusedException {
        String key = header.trim();
        if (key.length() >= 2 && key.startsWith("\"") && key.endsWith("\"")) {
            key = key.substring(1, key.length() - 1);
        }
        boolean visible = !key.isEmpty() && key.length() <= MAX_LENGTH;
        for (int i = 0; visible && i < key.length(); i++) {
            char c = key.charAt(i);
            visible = c > 0x20 && c < 0x7f && c != '"' && c != '\\';
        }
        if (!visible) {
            throw new BodyRefusedException(
                    400,
                    "invalid_idempotency_key",
                    "Idempotency-Key must be 1 to " + MAX_LENGTH + " visible ASCII characters, such as a UUID.");
        }
        return new RepeatKey(sender.tenant(), sender.sub(), key);
    }

    /** The id of the event at an index of the request. */
    String eventId(int index) {
        MessageDigest sha1 = sha1();
        sha1.update(NAMESPACE);
        // No part can hold a control character, so the zeros keep the parts apart.
        sha1.update((tenant + '\0' + subject + '\0' + key + '\0' + index).getBytes(StandardCharsets.UTF_8));
        ByteBuffer hash = ByteBuffer.wrap(sha1.digest());
        long high = hash.getLong() & 0xffffffffffff0fffL | 0x5000L;
        long low = hash.getLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
        return new UUID(high, low).toString();
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private static byte[] uuidBytes(UUID uuid) {
        return ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }
}
