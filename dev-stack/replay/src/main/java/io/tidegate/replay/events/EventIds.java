package io.tidegate.replay.events;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Ids that a repeat of the replay gives again, so that the platform recognises the repeat: UUIDv5 over the file's base name
 * (not its folder), the row's number in the original file (not in the sorted order) and the place of the event in the mapping.
 */
final class EventIds {

    /** Drawn once; changing it would make every replayed file new. */
    private static final UUID NAMESPACE = UUID.fromString("5f1c3d9e-7a42-4c55-9f0e-2b8d1a6c4e73");

    private final String file;
    private final MessageDigest sha1;

    EventIds(String baseName) {
        this.file = baseName;
        try {
            this.sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    UUID id(long rowNumber, int eventIndex) {
        sha1.update(ByteBuffer.allocate(16)
                .putLong(NAMESPACE.getMostSignificantBits())
                .putLong(NAMESPACE.getLeastSignificantBits())
                .flip());
        byte[] hash = sha1.digest((file + "\n" + rowNumber + "\n" + eventIndex).getBytes(StandardCharsets.UTF_8));
        ByteBuffer first16 = ByteBuffer.wrap(hash);
        long high = first16.getLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x5000L;
        long low = first16.getLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
