package io.tidegate.serving.notify.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Header {@code Tidegate-Signature: t=1766000000,v1=5257a8…}: {@code t} is the time of the attempt in seconds, {@code v1} the hex of
 * HMAC-SHA256 with the webhook's secret (all of its characters, {@code whsec_} included) over {@code t + "." + body}. While a secret
 * is being replaced there is a {@code v1} by each, the new one's first; one that fits is enough.
 */
public final class WebhookSignature {

    public static final String HEADER = "Tidegate-Signature";

    private WebhookSignature() {}

    static String sign(List<String> secrets, Instant at, byte[] body) {
        long seconds = at.getEpochSecond();
        StringBuilder header = new StringBuilder("t=").append(seconds);
        for (String secret : secrets) {
            header.append(",v1=").append(HexFormat.of().formatHex(hmac(secret, seconds, body)));
        }
        return header.toString();
    }

    /**
     * What a receiver does: true if the header is this body's, by this secret, and not older (or newer) than the tolerance.
     *
     * @param header as received; anything at all
     */
    public static boolean verify(String secret, String header, byte[] body, Instant now, Duration tolerance) {
        long seconds = 0;
        List<byte[]> claimed = new ArrayList<>();
        try {
            for (String part : header.split(",")) {
                if (part.startsWith("t=")) {
                    seconds = Long.parseLong(part.substring(2));
                } else if (part.startsWith("v1=")) {
                    claimed.add(HexFormat.of().parseHex(part.substring(3)));
                }
            }
        } catch (IllegalArgumentException e) {
            return false;
        }
        boolean fresh = Math.abs(now.getEpochSecond() - seconds) <= tolerance.toSeconds();
        byte[] expected = hmac(secret, seconds, body);
        boolean fits = false;
        for (byte[] signature : claimed) {
            // In constant time.
            fits |= MessageDigest.isEqual(expected, signature);
        }
        return fits && fresh;
    }

    private static byte[] hmac(String secret, long seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((seconds + ".").getBytes(StandardCharsets.US_ASCII));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256", e);
        }
    }
}
