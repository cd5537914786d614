package io.tidegate.dev.demo.auth;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/**
 * The demo's signing key: {@code auth/private.pem} (PKCS #8, P-256, mode 0600) and {@code auth/public.pem} (SPKI, 0644)
 * under the data directory. For development only: whoever can read the directory can sign tokens.
 */
public final class KeyFiles {

    private final Path directory;

    public KeyFiles(Path dataDir) {
        this.directory = dataDir.resolve("auth");
    }

    public Path publicKey() {
        return directory.resolve("public.pem");
    }

    private Path privateKey() {
        return directory.resolve("private.pem");
    }

    /** Makes the pair unless it is there; two processes at once make one pair. */
    public void ensure() throws IOException, GeneralSecurityException {
        if (isComplete()) {
            return;
        }
        Files.createDirectories(directory);
        restrict(directory, "rwx------");
        try (FileChannel channel = FileChannel.open(
                        directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && !isComplete()) {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec("secp256r1"));
                KeyPair pair = generator.generateKeyPair();
                write(privateKey(), "PRIVATE KEY", pair.getPrivate().getEncoded(), "rw-------");
                // Last: a pair without it isn't complete and is made again.
                write(publicKey(), "PUBLIC KEY", pair.getPublic().getEncoded(), "rw-r--r--");
            }
        }
    }

    ECPrivateKey readPrivateKey() throws IOException, GeneralSecurityException {
        String pem = Files.readString(privateKey(), StandardCharsets.US_ASCII);
        String body = pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "").replaceAll("\\s", "");
        byte[] der = Base64.getDecoder().decode(body);
        return (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private boolean isComplete() {
        return Files.isRegularFile(privateKey()) && Files.isRegularFile(publicKey());
    }

    private void write(Path file, String label, byte[] der, String permissions) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Path part = directory.resolve(file.getFileName() + ".part");
        Files.deleteIfExists(part);
        Files.createFile(part);
        restrict(part, permissions);
        Files.writeString(
                part,
                "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n",
                StandardCharsets.US_ASCII);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void restrict(Path path, String permissions) throws IOException {
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        }
    }
}
