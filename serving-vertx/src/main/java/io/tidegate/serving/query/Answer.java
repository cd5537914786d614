package io.tidegate.serving.query;

import io.vertx.core.buffer.Buffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * An answer as it is sent, and as it is kept for the next one who asks the same.
 *
 * @param etag of the body, with quotes
 * @param nextCursor of the next page, if there is one
 */
record Answer(Buffer body, String etag, Optional<String> nextCursor) {

    private static final int ETAG_BYTES = 16;

    static Answer of(Buffer body, Optional<String> nextCursor) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes());
            return new Answer(body, '"' + HexFormat.of().formatHex(digest, 0, ETAG_BYTES) + '"', nextCursor);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * Whether a client that sends this header has the answer already.
     *
     * @param ifNoneMatch null without
     */
    boolean isKnownBy(String ifNoneMatch) {
        if (ifNoneMatch == null) {
            return false;
        }
        for (String candidate : ifNoneMatch.split(",")) {
            String tag = candidate.strip();
            if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
                return true;
            }
        }
        return false;
    }
}
