package io.tidegate.dev.demo.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/**
 * The demo's keys of the notifier, in {@code auth/} under the data directory: {@code notifier.key} (AES-256 for topic
 * notifier.settings, mode 0600), {@code vapid.pem} and {@code vapid.pub.pem} (P-256 for web push). For development only.
 */
public final class NotifierKeys {

    private static final int KEY_BYTES = 32;

    private final Path directory;

    public NotifierKeys(Path dataDir) {
        this.directory = dataDir.resolve("auth");
    }

    public Path settingsKey() {
        return directory.resolve("notifier.key");
    }

    public Path vapidPrivateKey() {
        return directory.resolve("vapid.pem");
    }

    public Path vapidPublicKey() {
        return directory.resolve("vapid.pub.pem");
    }

    /** Makes what is missing. The caller holds the data directory. */
    public void ensure() throws IOException, GeneralSecurityException {
        Files.createDirectories(directory);
        if (!Files.exists(settingsKey())) {
            byte[] key = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(key);
            write(settingsKey(), Base64.getEncoder().encodeToString(key) + "\n");
        }
        if (!Files.exists(vapidPublicKey())) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            write(vapidPrivateKey(), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            // Last: a pair without it is made again.
            write(vapidPublicKey(), pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        }
    }

    private static String pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    private void write(Path file, String text) throws IOException {
        Path part = directory.resolve(file.getFileName() + ".part");
        Files.deleteIfExists(part);
        Files.createFile(part);
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-------"));
        }
        Files.writeString(part, text, StandardCharsets.US_ASCII);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
