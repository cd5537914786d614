package io.tidegate.serving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;

/** Tokens signed with a key of their own (ES256), issuer and audience {@code tidegate}. */
public final class TestTokens {

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final KeyPair keys;
    private final Path publicKeyFile;

    private TestTokens(KeyPair keys, Path publicKeyFile) {
        this.keys = keys;
        this.publicKeyFile = publicKeyFile;
    }

    /** Makes a key and writes its public half to {@code public.pem} in the directory. */
    public static TestTokens withKeyIn(Path directory) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            String body =
                    Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded());
            Path pem = Files.writeString(
                    directory.resolve("public.pem"),
                    "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n");
            return new TestTokens(keys, pem);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path publicKeyFile() {
        return publicKeyFile;
    }

    /** A token of an hour. */
    public String token(String subject, String... roles) {
        return token(subject, Instant.now().plus(Duration.ofHours(1)), Map.of(), roles);
    }

    /**
     * @param more further claims, all of them texts
     */
    public String token(String subject, Instant expiresAt, Map<String, String> more, String... roles) {
        String claims = "{\"sub\":\"" + subject + "\",\"roles\":["
                + Arrays.stream(roles).map(role -> '"' + role + '"').collect(Collectors.joining(","))
                + "],\"iss\":\"tidegate\",\"aud\":\"tidegate\",\"iat\":"
                + Instant.now().getEpochSecond() + ",\"exp\":"
                + expiresAt.getEpochSecond()
                + more.entrySet().stream()
                        .map(claim -> ",\"" + claim.getKey() + "\":\"" + claim.getValue() + '"')
                        .collect(Collectors.joining())
                + "}";
        String signed = encode("{\"alg\":\"ES256\",\"typ\":\"JWT\"}") + "." + encode(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(keys.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + BASE64URL.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encode(String json) {
        return BASE64URL.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
