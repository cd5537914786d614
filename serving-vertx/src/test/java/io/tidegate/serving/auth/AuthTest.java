package io.tidegate.serving.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.GatewayConfig.Algorithm;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.ConfigException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final String CLAIMS =
            "{'sub':'ada','roles':['producer','analyst','astronaut'],'iss':'tidegate','aud':'tidegate','exp':%d}"
                    .replace('\'', '"')
                    .formatted(NOW.getEpochSecond() + 60);
    private static final String ES256 = "{\"alg\":\"ES256\",\"typ\":\"JWT\"}";

    private static Vertx vertx;
    private static KeyPair ec;
    private static KeyPair rsa;

    @TempDir
    private Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now.get();
        }
    };

    @BeforeAll
    static void keys() throws GeneralSecurityException {
        vertx = Vertx.vertx();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        ec = generator.generateKeyPair();
        KeyPairGenerator rsaGenerator = KeyPairGenerator.getInstance("RSA");
        rsaGenerator.initialize(2048);
        rsa = rsaGenerator.generateKeyPair();
    }

    @AfterAll
    static void stop() {
        TestGateway.await(vertx.close());
    }

    private static String pem(PublicKey key) {
        return "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private Auth auth(Algorithm algorithm, String key, Optional<String> keyId) {
        try {
            Path file = Files.writeString(directory.resolve("key"), key);
            return new Auth(vertx, new GatewayConfig.Auth(algorithm, file, keyId, "tidegate", "tidegate"), clock);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Auth es256() {
        return auth(Algorithm.ES256, pem(ec.getPublic()), Optional.empty());
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String encode(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String sign(String algorithm, PrivateKey key, String header, String claims) {
        try {
            String content = encode(header) + "." + encode(claims);
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + encode(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String es256Token(String header, String claims) {
        return sign("SHA256withECDSAinP1363Format", ec.getPrivate(), header, claims);
    }

    private static String hs256Token(String header, byte[] secret) {
        try {
            String content = encode(header) + "." + encode(CLAIMS);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return content + "." + encode(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Principal accepted(Auth auth, String token) {
        Future<Principal> result = auth.authenticate(token);
        return TestGateway.await(result);
    }

    private static void refused(Auth auth, String token) {
        Future<Principal> result = auth.authenticate(token);
        assertThat(result.isComplete()).as("answered at once").isTrue();
        assertThat(result.cause()).as(token).isInstanceOf(InvalidTokenException.class);
        if (token.length() > 10) {
            assertThat(result.cause().getMessage()).doesNotContain(token);
        }
    }

    private static String claims(String from, String to) {
        assertThat(CLAIMS).contains(from);
        return CLAIMS.replace(from, to);
    }

    @Test
    void aValidTokenTellsWhoItIs() {
        Principal principal = accepted(es256(), es256Token(ES256, CLAIMS));

        assertThat(principal)
                .isEqualTo(new Principal("ada", Set.of(Role.PRODUCER, Role.ANALYST), "", NOW.plusSeconds(60)));
    }

    @Test
    void rsaAndAnExplicitSecretWorkToo() {
        byte[] secret = "a secret of more than thirty-two bytes".getBytes(StandardCharsets.UTF_8);

        assertThat(accepted(
                                auth(Algorithm.RS256, pem(rsa.getPublic()), Optional.empty()),
                                sign("SHA256withRSA", rsa.getPrivate(), "{\"alg\":\"RS256\"}", CLAIMS))
                        .sub())
                .isEqualTo("ada");
        assertThat(accepted(
                                auth(
                                        Algorithm.HS256,
                                        new String(secret, StandardCharsets.UTF_8) + "\n",
                                        Optional.empty()),
                                hs256Token("{\"alg\":\"HS256\"}", secret))
                        .sub())
                .isEqualTo("ada");
    }

    @Nested
    class TheAlgorithmIsBoundToTheKey {

        @ParameterizedTest
        @ValueSource(strings = {"none", "None", "NONE", "nOnE", ""})
        void soNoneIsRefusedInAnyCase(String none) {
            String header = encode("{\"alg\":\"" + none + "\"}");
            refused(es256(), header + "." + encode(CLAIMS) + ".");
            refused(es256(), header + "." + encode(CLAIMS) + "." + encode("x"));
        }

        @Test
        void soThePublicKeyIsNoSecret() {
            Auth auth = auth(Algorithm.RS256, pem(rsa.getPublic()), Optional.empty());
            for (byte[] secret : new byte[][] {
                pem(rsa.getPublic()).getBytes(StandardCharsets.US_ASCII),
                pem(rsa.getPublic()).strip().getBytes(StandardCharsets.US_ASCII),
                rsa.getPublic().getEncoded()
            }) {
                refused(auth, hs256Token("{\"alg\":\"HS256\"}", secret));
                refused(auth, hs256Token("{\"alg\":\"RS256\"}", secret));
            }
        }

        @Test
        void soAnotherAlgorithmOrKeyIsRefused() throws GeneralSecurityException {
            refused(es256(), sign("SHA256withRSA", rsa.getPrivate(), "{\"alg\":\"RS256\"}", CLAIMS));
            refused(es256(), sign("SHA256withRSA", rsa.getPrivate(), ES256, CLAIMS));
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            refused(
                    es256(),
                    sign(
                            "SHA256withECDSAinP1363Format",
                            generator.generateKeyPair().getPrivate(),
                            ES256,
                            CLAIMS));
        }

        @Test
        void soASignatureOfZerosOrOfOtherContentIsRefused() {
            String token = es256Token(ES256, CLAIMS);
            String content = token.substring(0, token.lastIndexOf('.'));
            refused(es256(), content + "." + encode(new byte[64]));
            refused(es256(), content + ".");
            refused(
                    es256(),
                    encode(ES256) + "." + encode(claims("ada", "eve")) + token.substring(token.lastIndexOf('.')));
        }
    }

    @Nested
    class TheHeaderLeadsNowhere {

        @ParameterizedTest
        @ValueSource(strings = {"unknown", "../../etc/passwd", "x' OR '1'='1", ""})
        void anUnknownKeyIdIsRefusedEvenWithAGoodSignature(String keyId) {
            String token = es256Token("{\"alg\":\"ES256\",\"kid\":\"" + keyId + "\"}", CLAIMS);

            refused(es256(), token);
            refused(auth(Algorithm.ES256, pem(ec.getPublic()), Optional.of("2026-1")), token);
        }

        @Test
        void theConfiguredKeyIdIsAccepted() {
            Auth auth = auth(Algorithm.ES256, pem(ec.getPublic()), Optional.of("2026-1"));

            assertThat(accepted(auth, es256Token("{\"alg\":\"ES256\",\"kid\":\"2026-1\"}", CLAIMS)))
                    .isNotNull();
            assertThat(accepted(auth, es256Token(ES256, CLAIMS))).isNotNull();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"jku\":\"http://127.0.0.1:1/keys\"",
                    "\"x5u\":\"http://127.0.0.1:1/cert\"",
                    "\"jwk\":{\"kty\":\"EC\"}",
                    "\"x5c\":[\"AAAA\"]",
                    "\"crit\":[\"exp\"]",
                    "\"kid\":7",
                    "\"kid\":{\"a\":1}",
                    "\"alg\":\"ES256\""
                })
        void parametersThatPointElsewhereAreRefusedEvenWithAGoodSignature(String parameter) {
            refused(es256(), es256Token("{\"alg\":\"ES256\"," + parameter + "}", CLAIMS));
        }
    }

    @Nested
    class Claims {

        @Test
        void anExpiredTokenIsRefusedAfterAMinuteOfGrace() {
            Auth auth = es256();
            String token = es256Token(ES256, CLAIMS);
            accepted(auth, token);

            now.set(NOW.plusSeconds(60 + 59));
            accepted(auth, token);
            now.set(NOW.plusSeconds(60 + 60));
            refused(auth, token);
            refused(es256(), token);
        }

        @Test
        void aTokenOfTheFutureIsRefusedAMinuteAhead() {
            String claims = CLAIMS.replace("}", ",\"nbf\":" + (NOW.getEpochSecond() + 61) + "}");
            String token = es256Token(ES256, claims);
            refused(es256(), token);

            now.set(NOW.plus(Duration.ofSeconds(1)));
            accepted(es256(), token);
        }

        @Test
        void wrongOrMissingOnesAreRefused() {
            String exp = Long.toString(NOW.getEpochSecond() + 60);
            for (String claims : new String[] {
                claims("'iss':'tidegate',".replace('\'', '"'), ""),
                claims("'iss':'tidegate'".replace('\'', '"'), "\"iss\":\"other\""),
                claims("'iss':'tidegate'".replace('\'', '"'), "\"iss\":[\"tidegate\"]"),
                claims("'aud':'tidegate',".replace('\'', '"'), ""),
                claims("'aud':'tidegate'".replace('\'', '"'), "\"aud\":\"other\""),
                claims("'aud':'tidegate'".replace('\'', '"'), "\"aud\":[\"a\",\"b\"]"),
                claims("'aud':'tidegate'".replace('\'', '"'), "\"aud\":[]"),
                claims(",\"exp\":" + exp, ""),
                claims(exp, "\"" + exp + "\""),
                claims(exp, "null"),
                claims(exp, "-1"),
                claims(exp, "true"),
                claims("\"sub\":\"ada\",", ""),
                claims("\"ada\"", "\"\""),
                claims("\"ada\"", "7"),
                claims("\"ada\"", "\"a\\nb\""),
                claims("\"ada\"", "\"" + "a".repeat(200) + "\""),
                claims("[\"producer\",\"analyst\",\"astronaut\"]", "\"admin\""),
                claims("[\"producer\",\"analyst\",\"astronaut\"]", "[7]"),
                claims("\"sub\"", "\"tenant\":7,\"sub\""),
                "[]",
                "null",
                "not json"
            }) {
                refused(es256(), es256Token(ES256, claims));
            }
        }

        @Test
        void anAudienceAmongSeveralAndATenantAreTaken() {
            String claims = claims("\"aud\":\"tidegate\"", "\"aud\":[\"x\",\"tidegate\"],\"tenant\":\"acme\"");

            assertThat(accepted(es256(), es256Token(ES256, claims)).tenant()).isEqualTo("acme");
        }

        @Test
        void aTokenWithoutRolesHasNone() {
            String claims = claims("\"roles\":[\"producer\",\"analyst\",\"astronaut\"],", "");

            assertThat(accepted(es256(), es256Token(ES256, claims)).roles()).isEmpty();
        }
    }

    @Nested
    class Nonsense {

        @ParameterizedTest
        @ValueSource(strings = {"", ".", "..", "a.b", "a.b.c", "a.b.c.d", "ä.b.c", "a b.c.d", "%00.b.c"})
        void isRefused(String token) {
            refused(es256(), token);
        }

        @Test
        void isRefusedAtConstantCostWhenLongOrDeep() {
            refused(es256(), "a".repeat(10_000) + ".b.c");
            refused(es256(), "a".repeat(10_000_000));
            refused(es256(), es256Token(ES256, "{\"a\":".repeat(1000) + "1" + "}".repeat(1000)));
            refused(es256(), encode("[".repeat(5000)) + "." + encode(CLAIMS) + "." + encode("x"));
            refused(es256(), encode("{\"a\":".repeat(900)) + "." + encode(CLAIMS) + "." + encode("x"));
        }
    }

    @Nested
    class AKeyThatDoesNotFit {

        private void isAConfigurationError(Algorithm algorithm, String key) {
            assertThatThrownBy(() -> auth(algorithm, key, Optional.empty()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith(algorithm == Algorithm.HS256 ? "auth.secretFile" : "auth.publicKeyFile")
                    .hasMessageNotContaining("\n");
        }

        @Test
        void toTheAlgorithmStopsTheStart() throws GeneralSecurityException {
            isAConfigurationError(Algorithm.ES256, pem(rsa.getPublic()));
            isAConfigurationError(Algorithm.RS256, pem(ec.getPublic()));
            KeyPairGenerator p384 = KeyPairGenerator.getInstance("EC");
            p384.initialize(new ECGenParameterSpec("secp384r1"));
            isAConfigurationError(Algorithm.ES256, pem(p384.generateKeyPair().getPublic()));
            KeyPairGenerator small = KeyPairGenerator.getInstance("RSA");
            small.initialize(1024);
            isAConfigurationError(Algorithm.RS256, pem(small.generateKeyPair().getPublic()));
        }

        @Test
        void toAnythingStopsTheStart() {
            isAConfigurationError(Algorithm.ES256, "");
            isAConfigurationError(Algorithm.ES256, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----");
            isAConfigurationError(Algorithm.ES256, "-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----");
            isAConfigurationError(Algorithm.HS256, "short");
            isAConfigurationError(Algorithm.HS256, pem(rsa.getPublic()));
        }

        @Test
        void becauseItIsNotThereStopsTheStart() {
            assertThatThrownBy(() -> new Auth(
                            vertx,
                            new GatewayConfig.Auth(
                                    Algorithm.ES256, directory.resolve("absent"), Optional.empty(), "t", "t")))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("absent");
        }
    }
}
