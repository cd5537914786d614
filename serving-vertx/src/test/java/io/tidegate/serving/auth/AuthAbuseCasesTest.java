package io.tidegate.serving.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.YamlSection;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.ops.HealthCheck;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.StringReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that mean harm, with keys that an issuer publishes. The numbers are rows of the list of abuse cases. */
class AuthAbuseCasesTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
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

    private Vertx vertx;
    private TestIssuer issuer;
    private Auth auth;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        issuer = new TestIssuer(vertx);
        issuer.ec("ec-1");
        issuer.rsa("rsa-1");
        issuer.publish("ec-1", "rsa-1");
        auth = new Auth(
                vertx,
                new GatewayConfig.Auth(
                        GatewayConfig.Algorithm.ES256,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new JwksConfig(
                                issuer.url(),
                                Duration.ofHours(1),
                                Duration.ofSeconds(30),
                                Duration.ofMinutes(10),
                                Duration.ofSeconds(5))),
                        "tidegate",
                        "tidegate"),
                clock);
        TestGateway.await(auth.start());
    }

    @AfterEach
    void stop() {
        TestGateway.await(auth.stop());
        issuer.close();
        TestGateway.await(vertx.close());
    }

    private JsonObject claims() {
        return TestIssuer.claims(now.get(), "ada", "producer");
    }

    private Principal accepted(String token) {
        return TestGateway.await(auth.authenticate(token));
    }

    private void refused(String token) {
        assertThatThrownBy(() -> TestGateway.await(auth.authenticate(token)))
                .rootCause()
                .isInstanceOf(InvalidTokenException.class);
    }

    private void passes(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    private HealthCheck.Health health() {
        return auth.healthChecks().get(0).health();
    }

    // Row 1.
    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "nOnE"})
    void noAlgorithmIsNoSignature(String none) {
        String header = TestIssuer.encode(
                new JsonObject().put("alg", none).put("kid", "ec-1").encode());
        refused(header + "." + TestIssuer.encode(claims().encode()) + ".");
        refused(issuer.sign("ec-1", new JsonObject().put("alg", none).put("kid", "ec-1"), claims()));
    }

    // Row 2.
    @Test
    void thePublishedKeyIsNoSecretToSignWith() throws GeneralSecurityException {
        for (String algorithm : List.of("HS256", "RS256")) {
            String content = TestIssuer.encode(new JsonObject()
                            .put("alg", algorithm)
                            .put("kid", "rsa-1")
                            .encode())
                    + "." + TestIssuer.encode(claims().encode());
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(issuer.publicKey("rsa-1").getEncoded(), "HmacSHA256"));
            refused(content + "." + TestIssuer.encode(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII))));
        }
        refused(issuer.sign("ec-1", new JsonObject().put("alg", "RS256").put("kid", "ec-1"), claims()));
        refused(issuer.sign("ec-1", new JsonObject().put("alg", "RS256").put("kid", "rsa-1"), claims()));
        accepted(issuer.token("rsa-1", claims()));
        accepted(issuer.token("ec-1", claims()));
    }

    // Row 3.
    @Test
    void aThousandUnknownKeysAskTheIssuerOnce() {
        int before = issuer.asked();
        issuer.ec("unknown");
        List<Future<Principal>> answers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            answers.add(auth.authenticate(
                    issuer.sign("unknown", new JsonObject().put("alg", "ES256").put("kid", "unknown-" + i), claims())));
        }
        TestGateway.await(Future.join(answers).otherwiseEmpty());

        assertThat(answers).allMatch(Future::failed);
        assertThat(issuer.asked()).isEqualTo(before + 1);
        passes(Duration.ofSeconds(29));
        refused(issuer.token("unknown", claims()));
        assertThat(issuer.asked()).isEqualTo(before + 1);
        passes(Duration.ofSeconds(1));
        refused(issuer.token("unknown", claims()));
        assertThat(issuer.asked()).isEqualTo(before + 2);
    }

    // Row 3.
    @Test
    void aNewKeyIsTakenAtItsFirstToken() {
        issuer.ec("ec-2");
        issuer.publish("ec-1", "rsa-1", "ec-2");

        assertThat(accepted(issuer.token("ec-2", claims())).sub()).isEqualTo("ada");
    }

    // Row 4.
    @ParameterizedTest
    @ValueSource(
            strings = {"../../etc/passwd", "/dev/null", "x' OR '1'='1", "http://127.0.0.1/key", "..", "", "a\nb", "ключ"
            })
    void aKeyIdThatIsNoNameIsNotEvenAskedFor(String keyId) {
        int before = issuer.asked();

        refused(issuer.sign("ec-1", new JsonObject().put("alg", "ES256").put("kid", keyId), claims()));

        assertThat(issuer.asked()).isEqualTo(before);
    }

    // Row 4.
    @ParameterizedTest
    @ValueSource(strings = {"jku", "x5u", "jwk", "x5c", "crit"})
    void aTokenThatBringsItsOwnKeyIsRefusedAndNothingIsFetched(String parameter) {
        int before = issuer.asked();

        refused(issuer.sign(
                "ec-1",
                new JsonObject()
                        .put("alg", "ES256")
                        .put("kid", "ec-1")
                        .put(parameter, issuer.url().toString()),
                claims()));

        assertThat(issuer.asked()).isEqualTo(before);
    }

    // Row 5.
    @Test
    void anExpiredTokenOrOneOfTheFutureIsRefusedButForAMinuteOfSkew() {
        String token = issuer.token("ec-1", claims());
        String early = issuer.token(
                "ec-1", claims().put("nbf", now.get().plusSeconds(61).getEpochSecond()));
        accepted(token);
        refused(early);

        passes(Duration.ofSeconds(3600 + 59));
        accepted(token);
        passes(Duration.ofSeconds(2));
        refused(token);
    }

    // Row 6.
    @Test
    void anotherAudienceOrIssuerOrNoExpiryIsRefused() {
        for (String claim : List.of("aud", "iss", "exp", "sub")) {
            JsonObject without = claims();
            without.remove(claim);
            refused(issuer.token("ec-1", without));
        }
        refused(issuer.token("ec-1", claims().put("aud", "other")));
        refused(issuer.token(
                "ec-1", claims().put("aud", new JsonArray().add("a").add("b"))));
        refused(issuer.token("ec-1", claims().put("iss", "other")));
        refused(issuer.token("ec-1", claims().put("exp", "tomorrow")));
    }

    @Nested
    class KeysThatChange {

        // Row 7.
        @Test
        void aKeyThatIsNotPublishedAnyMoreIsRefusedAfterAGraceTime() {
            String token = issuer.token("ec-1", claims());
            accepted(token);
            issuer.publish("rsa-1");
            seesTheNewSet();

            accepted(token);
            passes(Duration.ofMinutes(9));
            accepted(token);
            passes(Duration.ofMinutes(1));
            // Though it has been verified before, and is remembered.
            refused(token);
            refused(issuer.token("ec-1", claims().put("x", 1)));
            accepted(issuer.token("rsa-1", claims()));
        }

        // Row 7.
        @Test
        void whileTheIssuerIsAwayTheKnownKeysGoOn() {
            for (Runnable trouble : List.<Runnable>of(
                    () -> issuer.answerWith(500),
                    () -> issuer.answerWith(302),
                    () -> {
                        issuer.answerWith(200);
                        issuer.publishRaw("<html>");
                    },
                    () -> issuer.publishRaw("{\"keys\":[]}"),
                    () -> issuer.publishRaw("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\",\"kid\":\"x\"}]}"),
                    () -> issuer.publishRaw("{\"keys\":\"" + "x".repeat(300_000) + "\"}"),
                    issuer::close)) {
                trouble.run();
                seesTheNewSet();

                accepted(issuer.token("ec-1", claims().put("x", now.get().toString())));
                assertThat(health().up()).as("readiness").isTrue();
                assertThat(health().detail()).startsWith("can't be fetched");
            }
            issuer = new TestIssuer(vertx);
        }

        @Test
        void aKeyThatComesBackStays() {
            String token = issuer.token("ec-1", claims());
            issuer.publish("rsa-1");
            seesTheNewSet();
            issuer.publish("ec-1", "rsa-1");
            seesTheNewSet();

            passes(Duration.ofMinutes(20));
            accepted(token);
        }

        /** Asks for an unknown key as soon as that may be asked for. */
        private void seesTheNewSet() {
            passes(Duration.ofSeconds(31));
            issuer.ec("nobody");
            refused(issuer.token("nobody", claims()));
        }
    }

    @Test
    void withoutAnyKeyTheGatewayIsNotReady() {
        TestIssuer silent = new TestIssuer(vertx);
        Auth lost = new Auth(
                vertx,
                new GatewayConfig.Auth(
                        GatewayConfig.Algorithm.ES256,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new JwksConfig(
                                silent.url(),
                                Duration.ofHours(1),
                                Duration.ofSeconds(30),
                                Duration.ofMinutes(10),
                                Duration.ofSeconds(5))),
                        "tidegate",
                        "tidegate"),
                clock);
        TestGateway.await(lost.start());

        assertThat(lost.healthChecks().get(0).gatesReadiness()).isTrue();
        assertThat(lost.healthChecks().get(0).health().up()).isFalse();
        TestGateway.await(lost.stop());
        silent.close();
    }

    // Row 8.
    @Test
    void aLongOrDeepTokenIsRefusedAtOnce() {
        refused("a".repeat(10_000_000));
        refused(TestIssuer.encode("{\"a\":".repeat(2_000)) + ".e30." + TestIssuer.encode("x"));
        refused(issuer.token("ec-1", new JsonObject("{\"a\":".repeat(500) + "1" + "}".repeat(500))));
    }

    // Row 8.
    @Test
    void aTokenIsTooLongOrItsHeadTooDeepThoughItIsSignedWell() {
        // Given tokens that are good but for a claim, or a parameter of the head, that nobody asks for
        String longest = issuer.token("ec-1", claims().put("x", "y".repeat(5_600)));
        assertThat(longest.length()).isBetween(7_500, TokenVerifier.MAX_TOKEN_LENGTH);
        accepted(longest);
        refused(issuer.token("ec-1", claims().put("x", "y".repeat(6_300))));

        JsonObject head = new JsonObject().put("alg", "ES256").put("kid", "ec-1");
        accepted(issuer.sign("ec-1", head.copy().put("x", new JsonArray().add(1)), claims()));
        refused(issuer.sign("ec-1", head.copy().put("x", new JsonArray("[".repeat(50) + "]".repeat(50))), claims()));
    }

    @Nested
    class OverHttp {

        private TestGateway gateway;

        @BeforeEach
        void listen(@TempDir Path directory) {
            gateway = TestGateway.start(vertx, directory, (RouteModule) new RouteModule() {
                @Override
                public void mount(Router router, Auth own) {
                    router.get("/admin/nested/*")
                            .handler(own.require(Role.ADMIN))
                            .handler(context -> context.end("secret"));
                }
            });
        }

        @AfterEach
        void close() {
            gateway.close();
        }

        // Row 8.
        @Test
        void aTokenOfTenKilobytesIs401AndMoreThanAHeadMayHold431() {
            assertThat(gateway.get("/admin/nested/x", "a".repeat(10_000) + ".b.c")
                            .statusCode())
                    .isEqualTo(401);
            assertThat(gateway.get("/admin/nested/x", "a".repeat(20_000) + ".b.c")
                            .statusCode())
                    .isEqualTo(431);
        }

        // Row 9.
        @Test
        void aTokenInTheUrlIsRefusedEvenIfItIsGood() {
            String token = gateway.token("root", "admin");
            HttpResponse<String> response = gateway.get("/admin/nested/x?access_token=" + token, token);

            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.body()).contains("token_in_query").doesNotContain(token);
        }

        // Row 10.
        @Test
        void withoutTheRoleNestedRoutesAre403Too() {
            assertThat(gateway.get("/admin/nested/deeper/still", gateway.token("eve", "analyst"))
                            .statusCode())
                    .isEqualTo(403);
            assertThat(gateway.get("/admin/nested/deeper/still", gateway.token("root", "admin"))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://issuer.example/keys",
                "ftp://issuer.example/keys",
                "https://user:secret@issuer.example/keys",
                "keys.json",
                "http://127.0.0.1.evil.example/keys"
            })
    void keysAreFetchedSafelyOrNotAtAll(String url) {
        YamlSection yaml = YamlSection.parse(new StringReader("auth: {jwks: {url: '" + url + "'}}"));

        assertThatThrownBy(() -> JwksConfig.read(yaml.section("auth").section("jwks")))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("auth.jwks.url: ");
    }
}
