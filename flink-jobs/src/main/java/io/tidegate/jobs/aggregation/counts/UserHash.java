package io.tidegate.jobs.aggregation.counts;

import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * Users as 64-bit hashes. Two of n users of a window share one with a probability of n²/2⁶⁵: for a million it is 3·10⁻⁸.
 */
public final class UserHash {

    private UserHash() {}

    public static long of(String userId) {
        return MurmurHash3.hash128x64(userId.getBytes(StandardCharsets.UTF_8))[0];
    }
}
