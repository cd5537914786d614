package io.tidegate.serving.limits;

import io.tidegate.serving.config.Network;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An address as far as limits tell addresses apart: an IPv4 address in full, of an IPv6 address the first 64 bits, because
 * whoever has one address of a /64 has all of them.
 *
 * @param v6 whether {@code bits} are the first half of an IPv6 address or an IPv4 address
 */
public record PeerAddress(boolean v6, long bits) {

    /** For connections without an address, such as Unix domain sockets. */
    public static final PeerAddress LOCAL = new PeerAddress(false, 0x7f000001L);

    private static final int V4_LENGTH = 4;

    /**
     * @param text a literal IPv4 or IPv6 address; IPv4 in IPv6 counts as IPv4. Names are never looked up
     */
    public static Optional<PeerAddress> parse(String text) {
        byte[] bytes = Network.literal(text);
        return bytes == null ? Optional.empty() : Optional.of(of(bytes));
    }

    static PeerAddress of(byte[] bytes) {
        if (bytes.length == V4_LENGTH) {
            return new PeerAddress(false, ByteBuffer.wrap(bytes).getInt() & 0xffffffffL);
        }
        return new PeerAddress(true, ByteBuffer.wrap(bytes).getLong());
    }

    /** As it appears in logs: {@code 192.0.2.1} or {@code 2001:db8:1:2::/64}. */
    @Override
    public String toString() {
        if (!v6) {
            return (bits >> 24 & 255) + "." + (bits >> 16 & 255) + "." + (bits >> 8 & 255) + "." + (bits & 255);
        }
        return Long.toHexString(bits >>> 48) + ":" + Long.toHexString(bits >>> 32 & 0xffff) + ":"
                + Long.toHexString(bits >>> 16 & 0xffff) + ":" + Long.toHexString(bits & 0xffff) + "::/64";
    }
}
