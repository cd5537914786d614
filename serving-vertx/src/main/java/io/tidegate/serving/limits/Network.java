package io.tidegate.serving.limits;

import java.util.Arrays;

/**
 * A range of addresses in CIDR notation.
 *
 * @param address 4 or 16 bytes
 * @param prefix how many leading bits count
 */
public record Network(byte[] address, int prefix) {

    /**
     * @throws IllegalArgumentException if the text is neither an address nor {@code address/prefix}
     */
    static Network parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = PeerAddress.bytes(slash < 0 ? text : text.substring(0, slash));
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

    boolean contains(byte[] other) {
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
}
