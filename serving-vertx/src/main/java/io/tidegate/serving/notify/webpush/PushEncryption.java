package io.tidegate.serving.notify.webpush;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Message encryption for web push, RFC 8291 over RFC 8188 ({@code aes128gcm}), with the JDK's own cryptography. The only library for
 * it is unmaintained and drags in two old HTTP clients; see docs/adr/0014.
 */
final class PushEncryption {

    /** One record is all that push services take. */
    static final int MAX_PLAIN_BYTES = 3993;

    private static final int RECORD_SIZE = 4096;
    private static final int SALT_BYTES = 16;
    private static final int POINT_BYTES = 65;

    private static final SecureRandom RANDOM = new SecureRandom();

    private PushEncryption() {}

    /**
     * @param p256dh the browser's public key, uncompressed
     * @param auth the browser's secret
     * @return the body for {@code Content-Encoding: aes128gcm}
     * @throws GeneralSecurityException if the browser's key is no point of the curve
     */
    static byte[] encrypt(byte[] plain, byte[] p256dh, byte[] auth) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return encrypt(plain, p256dh, auth, generator.generateKeyPair(), salt);
    }

    static byte[] encrypt(byte[] plain, byte[] p256dh, byte[] auth, KeyPair own, byte[] salt)
            throws GeneralSecurityException {
        if (plain.length > MAX_PLAIN_BYTES) {
            throw new IllegalArgumentException("a push message may have " + MAX_PLAIN_BYTES + " bytes");
        }
        byte[] ownPoint = VapidKey.uncompressed((ECPublicKey) own.getPublic());
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(own.getPrivate());
        agreement.doPhase(point(p256dh), true);
        // RFC 8291, section 3.4.
        byte[] prk = hmac(auth, agreement.generateSecret());
        byte[] info = concat("WebPush: info\0".getBytes(StandardCharsets.US_ASCII), p256dh, ownPoint);
        byte[] ikm = hmac(prk, concat(info, new byte[] {1}));
        // RFC 8188, section 2.2.
        byte[] contentPrk = hmac(salt, ikm);
        byte[] key = derive(contentPrk, "Content-Encoding: aes128gcm\0", 16);
        byte[] nonce = derive(contentPrk, "Content-Encoding: nonce\0", 12);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
        // 2 ends the last record.
        byte[] sealed = cipher.doFinal(concat(plain, new byte[] {2}));
        return ByteBuffer.allocate(SALT_BYTES + 4 + 1 + POINT_BYTES + sealed.length)
                .put(salt)
                .putInt(RECORD_SIZE)
                .put((byte) POINT_BYTES)
                .put(ownPoint)
                .put(sealed)
                .array();
    }

    /**
     * @throws GeneralSecurityException if it isn't on the curve: with one that isn't, our own key could be learnt
     */
    static ECPublicKey point(byte[] uncompressed) throws GeneralSecurityException {
        if (uncompressed.length != POINT_BYTES || uncompressed[0] != 4) {
            throw new GeneralSecurityException("not an uncompressed P-256 point");
        }
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        ECParameterSpec spec = parameters.getParameterSpec(ECParameterSpec.class);
        BigInteger x = new BigInteger(1, Arrays.copyOfRange(uncompressed, 1, 33));
        BigInteger y = new BigInteger(1, Arrays.copyOfRange(uncompressed, 33, 65));
        EllipticCurve curve = spec.getCurve();
        BigInteger p = ((ECFieldFp) curve.getField()).getP();
        BigInteger right =
                x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(p);
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !y.pow(2).mod(p).equals(right)) {
            throw new GeneralSecurityException("the point isn't on the curve");
        }
        return (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(new ECPoint(x, y), spec));
    }

    private static byte[] derive(byte[] prk, String info, int length) throws GeneralSecurityException {
        return Arrays.copyOf(hmac(prk, concat(info.getBytes(StandardCharsets.US_ASCII), new byte[] {1})), length);
    }

    private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(data);
    }

    private static byte[] concat(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
