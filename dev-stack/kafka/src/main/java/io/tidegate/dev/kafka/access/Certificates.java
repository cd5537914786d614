package io.tidegate.dev.kafka.access;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The certificates of a Kafka cluster, by the JDK's keytool: an authority of its own, and one certificate each for the nodes (CN=node)
 * and for the administrator (CN=admin). Makes {@code ca.pem}, which everybody gets, {@code node.p12} and {@code admin.p12}; the
 * authority's key is forgotten, so new certificates mean a new authority.
 */
public final class Certificates {

    private static final String VALID_DAYS = "825";
    private static final long LIMIT_SECONDS = 120;
    private static final int LINE = 64;

    private Certificates() {}

    /**
     * @param folder made if it isn't there
     * @param password of both key stores; at least six characters
     * @param hosts names and addresses by which the nodes are reached
     */
    public static void make(Path folder, String password, List<String> hosts) throws IOException {
        Files.createDirectories(folder);
        Path work = Files.createTempFile(folder, "keys", ".p12");
        Files.delete(work);
        try {
            keytool(work, password, "ca", "CN=tidegate-kafka-ca", "-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign");
            List<String> names = new ArrayList<>();
            for (String host : hosts) {
                names.add((host.matches("[0-9.]+|.*:.*") ? "ip:" : "dns:") + host);
            }
            keytool(work, password, "node", "CN=node", "-signer", "ca", "-ext", "san=" + String.join(",", names));
            keytool(work, password, "admin", "CN=admin", "-signer", "ca");
            KeyStore all = KeyStore.getInstance(work.toFile(), password.toCharArray());
            Files.writeString(folder.resolve("ca.pem"), pem(all.getCertificate("ca")));
            for (String alias : List.of("node", "admin")) {
                KeyStore own = KeyStore.getInstance("PKCS12");
                own.load(null, null);
                own.setKeyEntry(
                        alias,
                        all.getKey(alias, password.toCharArray()),
                        password.toCharArray(),
                        all.getCertificateChain(alias));
                try (OutputStream out = Files.newOutputStream(folder.resolve(alias + ".p12"))) {
                    own.store(out, password.toCharArray());
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("The certificates can't be made in " + folder + ": " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(work);
        }
    }

    private static String pem(Certificate certificate) throws GeneralSecurityException {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    /** The password goes by the environment: command lines can be read by everybody on the machine. */
    private static void keytool(Path store, String password, String alias, String name, String... more)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                VALID_DAYS,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass:env",
                "STORE_PASSWORD",
                "-alias",
                alias,
                "-dname",
                name));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("STORE_PASSWORD", password);
        Process keytool = builder.start();
        keytool.getOutputStream().close();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!keytool.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IOException("keytool, " + alias + ": " + said);
            }
        } catch (InterruptedException e) {
            keytool.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool ran", e);
        }
    }
}
