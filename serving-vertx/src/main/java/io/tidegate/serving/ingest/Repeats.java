package io.tidegate.serving.ingest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What this instance remembers of what was sent, to tell a repeat from a mistake: which body came under an
 * {@code Idempotency-Key}, and which content under an event id. Both memories are of fixed size and forget; nothing is lost by
 * that but the notice. Safe for use by several threads.
 */
final class Repeats {

    private static final int MAX_KEYS = 20_000;

    /** As long as the jobs remember event ids. */
    private static final Duration HORIZON = Duration.ofHours(1);

    /** One MiB for the last 65,536 event ids, more or less: an id displaces another whose hash ends alike. */
    private static final int SLOTS = 1 << 16;

    /** The first half of a SHA-256: nobody gains by finding two bodies with the same one. */
    private record Fingerprint(long a, long b) {}

    private final Cache<RepeatKey, Fingerprint> bodies = Caffeine.newBuilder()
            .maximumSize(MAX_KEYS)
            .expireAfterWrite(HORIZON)
            .executor(Runnable::run)
            .build();

    private final AtomicLongArray contents = new AtomicLongArray(2 * SLOTS);

    /** False if another body came under this key. The first body is the one that counts. */
    boolean isSameBody(RepeatKey key, byte[] body, int length) {
        Fingerprint now = fingerprint(body, length);
        Fingerprint first = bodies.asMap().putIfAbsent(key, now);
        return first == null || first.equals(now);
    }

    /** True if the event's id was sent with another content. */
    boolean isConflict(EncodedEvent event) {
        if (event.identity() == 0) {
            return false;
        }
        int slot = 2 * (int) (event.identity() & SLOTS - 1);
        // Two threads in one slot may mix it up. At worst one conflict isn't counted, or one too many.
        if (contents.get(slot) == event.identity()) {
            return contents.get(slot + 1) != event.content();
        }
        contents.setPlain(slot + 1, event.content());
        contents.setRelease(slot, event.identity());
        return false;
    }

    private static Fingerprint fingerprint(byte[] body, int length) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(body, 0, length);
            ByteBuffer hash = ByteBuffer.wrap(sha256.digest());
            return new Fingerprint(hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
