package io.tidegate.serving.notify.webpush;

import io.tidegate.serving.config.ConfigException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;

/**
 * The key by which push services know this server (VAPID, RFC 8292): P-256, PEM, made by {@code openssl genpkey -algorithm EC -pkeyopt
 * ec_paramgen_curve:P-256} and {@code openssl pkey -pubout}.
 */
public final class VapidKey {

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final ECPrivateKey privateKey;
    private final String publicKey;

    private VapidKey(ECPrivateKey privateKey, String publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /**
     * @throws ConfigException if a file can't be read or has no such key
     */
    public static VapidKey load(String privateField, Path privateFile, String publicField, Path publicFile) {
        try {
            ECPrivateKey key = (ECPrivateKey) KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(pem(privateField, privateFile, "PRIVATE KEY")));
            return new VapidKey(key, publicKeyText(publicField, publicFile));
        } catch (GeneralSecurityException | ClassCastException | IllegalArgumentException e) {
            throw new ConfigException(privateField, "must be a P-256 private key (PKCS #8 PEM): " + privateFile, e);
        }
    }

    /** What a browser's {@code applicationServerKey} is set to: Base64url of the uncompressed point. */
    public static String publicKeyText(String field, Path file) {
        try {
            ECPublicKey key = (ECPublicKey)
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(pem(field, file, "PUBLIC KEY")));
            if (key.getParams().getCurve().getField().getFieldSize() == 256) {
                return BASE64URL.encodeToString(uncompressed(key));
            }
        } catch (GeneralSecurityException | ClassCastException | IllegalArgumentException e) {
            throw new ConfigException(field, "must be a P-256 public key (PEM): " + file, e);
        }
        throw new ConfigException(field, "must be a P-256 public key (PEM): " + file);
    }

    /** {@code 04 || x || y}, 65 bytes. */
    static byte[] uncompressed(ECPublicKey key) {
        byte[] point = new byte[65];
        point[0] = 4;
        copy(key.getW().getAffineX(), point, 1);
        copy(key.getW().getAffineY(), point, 33);
        return point;
    }

    private static void copy(BigInteger number, byte[] to, int at) {
        byte[] bytes = number.toByteArray();
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, to, at + 32 - length, length);
    }

    private static byte[] pem(String field, Path file, String label) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new ConfigException(
                    field, "cannot read " + file + " (" + e.getClass().getSimpleName() + ")", e);
        }
        return Base64.getMimeDecoder().decode(text.replaceAll("-----(BEGIN|END) " + label + "-----", ""));
    }

    /**
     * The {@code Authorization} header for a push service.
     *
     * @param audience origin of the endpoint
     * @param subject {@code mailto:} or {@code https:}, how the push service reaches whoever runs this
     */
    String authorization(String audience, String subject, Instant expiresAt) {
        String signed = encode("{\"typ\":\"JWT\",\"alg\":\"ES256\"}") + "."
                + encode("{\"aud\":\"" + audience + "\",\"exp\":" + expiresAt.getEpochSecond() + ",\"sub\":\"" + subject
                        + "\"}");
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(privateKey);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return "vapid t=" + signed + "." + BASE64URL.encodeToString(signature.sign()) + ", k=" + publicKey;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ES256", e);
        }
    }

    private static String encode(String json) {
        return BASE64URL.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
