package io.tidegate.serving.notify.settings;

import io.tidegate.serving.config.ConfigException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts the values of topic {@code notifier.settings}: AES-256-GCM, bound to the record's key, so that a value can't be moved to
 * another.
 *
 * <p>Format: version (1 byte, 1), key id (4 bytes: the start of the key's SHA-256), nonce (12), ciphertext and tag. The key file
 * has one key per line, Base64 of 32 bytes ({@code openssl rand -base64 32}); the first encrypts, all decrypt, so a new one is
 * put in front.
 */
public final class SettingsCipher {

    private static final byte VERSION = 1;
    private static final int KEY_BYTES = 32;
    private static final int KEY_ID_BYTES = 4;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final Map<Integer, SecretKeySpec> keys = new LinkedHashMap<>();
    private final int currentKeyId;
    private final SecureRandom random = new SecureRandom();

    private SettingsCipher(List<byte[]> rawKeys) {
        for (byte[] raw : rawKeys) {
            keys.put(keyId(raw), new SecretKeySpec(raw, "AES"));
        }
        currentKeyId = keyId(rawKeys.get(0));
    }

    /**
     * @param field how the configuration names the file
     * @throws ConfigException if it can't be read or holds anything but keys
     */
    public static SettingsCipher load(String field, Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.US_ASCII).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (IOException e) {
            throw new ConfigException(
                    field, "cannot read " + file + " (" + e.getClass().getSimpleName() + ")", e);
        }
        try {
            List<byte[]> raw = lines.stream()
                    .map(line -> Base64.getDecoder().decode(line.strip()))
                    .toList();
            if (!raw.isEmpty() && raw.stream().allMatch(key -> key.length == KEY_BYTES)) {
                return new SettingsCipher(raw);
            }
        } catch (IllegalArgumentException e) {
            throw new ConfigException(field, "must have lines of Base64 of 32 bytes: " + file, e);
        }
        throw new ConfigException(field, "must have lines of Base64 of 32 bytes: " + file);
    }

    byte[] encrypt(String recordKey, byte[] plain) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, currentKeyId, nonce, recordKey).doFinal(plain);
            return ByteBuffer.allocate(1 + KEY_ID_BYTES + NONCE_BYTES + sealed.length)
                    .put(VERSION)
                    .putInt(currentKeyId)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM", e);
        }
    }

    /**
     * @throws GeneralSecurityException if it is encrypted with another key, was tampered with or belongs to another record
     */
    byte[] decrypt(String recordKey, byte[] value) throws GeneralSecurityException {
        if (value.length < 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BITS / 8 || value[0] != VERSION) {
            throw new GeneralSecurityException("not a value of this format");
        }
        ByteBuffer in = ByteBuffer.wrap(value, 1, value.length - 1);
        int keyId = in.getInt();
        byte[] nonce = new byte[NONCE_BYTES];
        in.get(nonce);
        if (!keys.containsKey(keyId)) {
            throw new GeneralSecurityException("encrypted with a key that isn't in the key file");
        }
        return cipher(Cipher.DECRYPT_MODE, keyId, nonce, recordKey)
                .doFinal(Arrays.copyOfRange(value, in.position(), value.length));
    }

    private Cipher cipher(int mode, int keyId, byte[] nonce, String recordKey) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, keys.get(keyId), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(recordKey.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static int keyId(byte[] key) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(key))
                    .getInt();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256", e);
        }
    }
}
