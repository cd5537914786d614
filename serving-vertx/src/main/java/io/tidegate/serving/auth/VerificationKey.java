package io.tidegate.serving.auth;

import io.tidegate.serving.GatewayConfig.Algorithm;
import io.tidegate.serving.config.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;

/**
 * The key that tokens are verified with, together with the only algorithm it may be used for. Checked at start, so that a key
 * of the wrong kind is a configuration error and not a 401 for everybody.
 *
 * @param material PEM text of a public key, or the bytes of a shared secret
 */
record VerificationKey(Algorithm algorithm, byte[] material) {

    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
    private static final String END = "-----END PUBLIC KEY-----";
    private static final int MIN_SECRET_BYTES = 32;
    private static final int MIN_RSA_BITS = 2048;
    private static final int P256_BITS = 256;

    /** A key that is known to fit the algorithm. */
    static VerificationKey of(Algorithm algorithm, PublicKey key) {
        String pem = BEGIN + "\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded()) + "\n" + END + "\n";
        return new VerificationKey(algorithm, pem.getBytes(StandardCharsets.US_ASCII));
    }

    static VerificationKey load(Algorithm algorithm, Path file) {
        String field = algorithm == Algorithm.HS256 ? "auth.secretFile" : "auth.publicKeyFile";
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ConfigException(
                    field, "cannot read " + file + " (" + e.getClass().getSimpleName() + ")", e);
        }
        if (algorithm == Algorithm.HS256) {
            return new VerificationKey(algorithm, secret(field, content));
        }
        checkPublicKey(algorithm, field, new String(content, StandardCharsets.US_ASCII));
        return new VerificationKey(algorithm, content);
    }

    private static byte[] secret(String field, byte[] content) {
        byte[] secret = new String(content, StandardCharsets.UTF_8).strip().getBytes(StandardCharsets.UTF_8);
        if (secret.length < MIN_SECRET_BYTES) {
            throw new ConfigException(field, "must hold at least " + MIN_SECRET_BYTES + " bytes");
        }
        // With a public key as the "secret", everybody could sign.
        if (new String(secret, StandardCharsets.UTF_8).startsWith("-----BEGIN")) {
            throw new ConfigException(field, "holds a PEM key, not a shared secret");
        }
        return secret;
    }

    private static void checkPublicKey(Algorithm algorithm, String field, String pem) {
        int begin = pem.indexOf(BEGIN);
        int end = pem.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new ConfigException(field, "must be a PEM file with a PUBLIC KEY");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
            X509EncodedKeySpec spec = new X509EncodedKeySpec(der);
            if (algorithm == Algorithm.ES256) {
                ECPublicKey key = (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(spec);
                if (key.getParams().getCurve().getField().getFieldSize() != P256_BITS) {
                    throw new ConfigException(field, "must be a key on curve P-256 for ES256");
                }
            } else {
                RSAPublicKey key = (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spec);
                if (key.getModulus().bitLength() < MIN_RSA_BITS) {
                    throw new ConfigException(field, "must be an RSA key of at least " + MIN_RSA_BITS + " bits");
                }
            }
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw new ConfigException(field, "is no public key that fits " + algorithm, e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerificationKey key
                && algorithm == key.algorithm
                && Arrays.equals(material, key.material);
    }

    @Override
    public int hashCode() {
        return 31 * algorithm.hashCode() + Arrays.hashCode(material);
    }

    /** Without the material, which may be a secret. */
    @Override
    public String toString() {
        return "VerificationKey[algorithm=" + algorithm + "]";
    }
}
