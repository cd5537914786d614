package io.tidegate.dev.demo.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** Signs JWTs (ES256) that the demo's gateway accepts. */
public final class TokenIssuer {

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final ECPrivateKey key;
    private final Clock clock;

    private TokenIssuer(ECPrivateKey key, Clock clock) {
        this.key = key;
        this.clock = clock;
    }

    /** Over the key pair of a data directory, which is made when missing. */
    public static TokenIssuer of(Path dataDir) throws IOException, GeneralSecurityException {
        return of(dataDir, Clock.systemUTC());
    }

    static TokenIssuer of(Path dataDir, Clock clock) throws IOException, GeneralSecurityException {
        KeyFiles files = new KeyFiles(dataDir);
        files.ensure();
        return new TokenIssuer(files.readPrivateKey(), clock);
    }

    /**
     * @param subject claim {@code sub}
     * @param roles claim {@code roles}; may be empty: a listener to its own channel needs none
     * @param lifetime from now
     */
    public String issue(String subject, List<String> roles, Duration lifetime) throws GeneralSecurityException {
        Instant now = clock.instant();
        String header = "{\"alg\":\"ES256\",\"typ\":\"JWT\"}";
        String claims = "{\"sub\":" + quote(subject)
                + ",\"roles\":" + roles.stream().map(TokenIssuer::quote).collect(Collectors.joining(",", "[", "]"))
                + ",\"iss\":\"tidegate\",\"aud\":\"tidegate\""
                + ",\"iat\":" + now.getEpochSecond()
                + ",\"exp\":" + now.plus(lifetime).getEpochSecond() + "}";
        String signed =
                encode(header.getBytes(StandardCharsets.UTF_8)) + "." + encode(claims.getBytes(StandardCharsets.UTF_8));
        // A JWT wants the two numbers side by side, not the DER that plain SHA256withECDSA gives.
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(key);
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + encode(signature.sign());
    }

    private static String encode(byte[] bytes) {
        return BASE64.encodeToString(bytes);
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
