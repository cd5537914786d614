package io.tidegate.serving.config;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A range of addresses in CIDR notation.
 *
 * @param address 4 or 16 bytes
 * @param prefix how many leading bits count
 */
public record Network(byte[] address, int prefix) {

    private static final int V4_LENGTH = 4;
    private static final int MAX_LENGTH = 64;

    /**
     * @throws IllegalArgumentException if the text is neither an address nor {@code address/prefix}
     */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = literal(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            throw new IllegalArgumentException("not a network such as 10.0.0.0/8 or 2001:db8::/32: " + text);
        }
        int bits = address.length * 8;
        int prefix = bits;
        if (slash >= 0) {
            String digits = text.substring(slash + 1);
            prefix = digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
            if (prefix < 0 || prefix > bits) {
                throw new IllegalArgumentException("the prefix must be between 0 and " + bits + ": " + text);
            }
        }
        return new Network(address, prefix);
    }

    /**
     * @param other 4 or 16 bytes; IPv4 in IPv6 is in no network of IPv4
     */
    public boolean contains(byte[] other) {
        if (other.length != address.length) {
            return false;
        }
        int whole = prefix / 8;
        for (int i = 0; i < whole; i++) {
            if (other[i] != address[i]) {
                return false;
            }
        }
        int rest = prefix % 8;
        return rest == 0 || (other[whole] ^ address[whole]) >> 8 - rest == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Network network && prefix == network.prefix && Arrays.equals(address, network.address);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(address) + prefix;
    }

    /** Its CIDR notation. */
    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(address).getHostAddress() + "/" + prefix;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of 4 or 16 bytes", e);
        }
    }

    /**
     * The bytes of a literal address, IPv4 in IPv6 as IPv4. Names are never looked up.
     *
     * @return four or sixteen bytes, or null if the text is no literal address
     */
    public static byte[] literal(String text) {
        byte[] bytes = text.length() > MAX_LENGTH ? null : NetUtil.createByteArrayFromIpAddressString(text);
        if (bytes == null || bytes.length == V4_LENGTH || !isV4Mapped(bytes)) {
            return bytes;
        }
        return new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]};
    }

    private static boolean isV4Mapped(byte[] bytes) {
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[10] == -1 && bytes[11] == -1;
    }
}
