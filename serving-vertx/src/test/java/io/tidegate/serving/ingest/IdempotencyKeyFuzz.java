package io.tidegate.serving.ingest;

import io.tidegate.serving.auth.Principal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/** Header {@code Idempotency-Key}. */
public final class IdempotencyKeyFuzz {

    private static final Principal SENDER = new Principal("sender", Set.of(), "", Instant.EPOCH);

    private IdempotencyKeyFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            RepeatKey key = RepeatKey.of(SENDER, new String(input, StandardCharsets.UTF_8));
            FuzzTerms.require(!key.key().isEmpty() && key.key().length() <= RepeatKey.MAX_LENGTH, "length");
            FuzzTerms.require(UUID.fromString(key.eventId(0)).version() == 5, "id");
            FuzzTerms.require(!key.eventId(0).equals(key.eventId(1)), "two events have one id");
        } catch (BodyRefusedException e) {
            FuzzTerms.require(e.status() == 400, "status");
        }
    }
}
