package io.tidegate.dev.deploy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/prepare} in a copy of what it reads, and its work in the hands of those who will read it. */
class PrepareTest {

    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

    @TempDir
    Path copy;

    @Test
    void everyNameHasAValueAndEveryKeyFits() throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "openssl"))),
                "missing: Debian's package openssl");
        Files.createDirectories(copy.resolve("deploy/kafka"));
        for (String file : List.of(
                ".env.example",
                "deploy/prepare",
                "deploy/kafka/server.properties",
                "deploy/kafka/security.properties")) {
            Files.copy(ROOT.resolve(file), copy.resolve(file));
        }

        prepare();

        Properties env = env();
        assertThat(env.stringPropertyNames())
                .contains("CLICKHOUSE_PASSWORD", "KAFKA_PASSWORD_GATEWAY", "KEYS_DIRECTORY", "BIND_ADDRESS")
                .allSatisfy(name -> assertThat(env.getProperty(name)).as(name).isNotEmpty());
        List<String> passwords = env.stringPropertyNames().stream()
                .filter(name -> name.contains("PASSWORD"))
                .map(env::getProperty)
                .toList();
        assertThat(new HashSet<>(passwords)).hasSameSizeAs(passwords);
        assertThat(passwords).allMatch(password -> password.matches("[A-Za-z0-9]{30,}"));
        assertThat(Base64.getUrlDecoder().decode(env.getProperty("KAFKA_CLUSTER_ID")))
                .hasSize(16);
        Path secrets = copy.resolve("deploy/secrets");
        Path keys = Path.of(env.getProperty("KEYS_DIRECTORY"));
        assertThat(keys.toRealPath()).isEqualTo(secrets.resolve("keys").toRealPath());
        assertPair(secrets.resolve("auth/private.pem"), keys.resolve("public.pem"));
        assertPair(keys.resolve("vapid-private.pem"), keys.resolve("vapid-public.pem"));
        assertThat(Base64.getDecoder()
                        .decode(Files.readString(keys.resolve("settings.key")).strip()))
                .hasSize(32);
        assertThat(keys.resolve("private.pem"))
                .as("who signs tokens stays outside")
                .doesNotExist();
        assertCertificates(Path.of(env.getProperty("KAFKA_TLS_DIRECTORY")), env.getProperty("KAFKA_TLS_PASSWORD"));

        // When a later version wants another one
        String before = Files.readString(copy.resolve(".env"));
        byte[] certificate = Files.readAllBytes(secrets.resolve("kafka/node.p12"));
        Files.writeString(
                copy.resolve(".env.example"), Files.readString(copy.resolve(".env.example")) + "NEW_PASSWORD=\n");
        prepare();

        // Then it comes to the others, and those stay.
        assertThat(Files.readString(copy.resolve(".env")))
                .startsWith(before)
                .containsPattern("\nNEW_PASSWORD=\\w{30,}\n");
        assertThat(secrets.resolve("kafka/node.p12")).hasBinaryContent(certificate);
    }

    private void prepare() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "sh", copy.resolve("deploy/prepare").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private Properties env() throws IOException {
        Properties env = new Properties();
        try (var reader = Files.newBufferedReader(copy.resolve(".env"))) {
            env.load(reader);
        }
        return env;
    }

    /** What one signs, the other accepts. */
    private static void assertPair(Path privatePem, Path publicPem) throws Exception {
        KeyFactory factory = KeyFactory.getInstance("EC");
        ECPrivateKey key = (ECPrivateKey) factory.generatePrivate(new PKCS8EncodedKeySpec(der(privatePem)));
        PublicKey other = factory.generatePublic(new X509EncodedKeySpec(der(publicPem)));
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(key);
        signer.update((byte) 1);
        byte[] signature = signer.sign();
        signer.initVerify(other);
        signer.update((byte) 1);
        assertThat(signer.verify(signature)).as(publicPem.toString()).isTrue();
        assertThat(key.getParams().getCurve().getField().getFieldSize()).isEqualTo(256);
    }

    private static byte[] der(Path pem) throws IOException {
        return Base64.getMimeDecoder().decode(Files.readString(pem).replaceAll("-----[A-Z ]+-----", ""));
    }

    private static void assertCertificates(Path folder, String password) throws Exception {
        X509Certificate authority = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("ca.pem"))));
        for (String name : List.of("node", "admin")) {
            KeyStore store = KeyStore.getInstance(folder.resolve(name + ".p12").toFile(), password.toCharArray());
            assertThat(store.isKeyEntry(name)).as(name).isTrue();
            X509Certificate certificate = (X509Certificate) store.getCertificate(name);
            certificate.verify(authority.getPublicKey());
            assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=" + name);
        }
        KeyStore node = KeyStore.getInstance(folder.resolve("node.p12").toFile(), password.toCharArray());
        assertThat(((X509Certificate) node.getCertificate("node")).getSubjectAlternativeNames())
                .extracting(entry -> entry.get(1).toString())
                .containsExactlyInAnyOrder("kafka-1", "kafka-2", "kafka-3");
        assertThat(Files.readString(folder.resolve("server.properties")))
                .isEqualTo(Files.readString(ROOT.resolve("deploy/kafka/server.properties"))
                        + Files.readString(ROOT.resolve("deploy/kafka/security.properties")));
    }
}
