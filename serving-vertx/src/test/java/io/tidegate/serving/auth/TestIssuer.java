package io.tidegate.serving.auth;

import io.tidegate.serving.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An issuer that publishes its keys, and everything it can do wrong. */
final class TestIssuer implements AutoCloseable {

    /** By id, for all issuers: to find the primes of one takes a second. */
    private static final Map<String, KeyPair> RSA_KEYS = new ConcurrentHashMap<>();

    private final HttpServer server;
    private final Map<String, KeyPair> keys = new LinkedHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile String published = "{\"keys\":[]}";
    private volatile int status = 200;

    TestIssuer(Vertx vertx) {
        server = TestGateway.await(vertx.createHttpServer()
                .requestHandler(request -> {
                    asked.incrementAndGet();
                    request.response()
                            .setStatusCode(status)
                            .putHeader("Location", "/elsewhere")
                            .end(published);
                })
                .listen(0, "127.0.0.1"));
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.actualPort() + "/keys.json");
    }

    int asked() {
        return asked.get();
    }

    /** Makes a key; it isn't published yet. */
    void ec(String id) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            keys.put(id, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As {@link #ec}, but the same key whenever a test asks for this id. */
    void rsa(String id) {
        keys.put(id, RSA_KEYS.computeIfAbsent(id, TestIssuer::newRsaKey));
    }

    private static KeyPair newRsaKey(String id) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    PublicKey publicKey(String id) {
        return keys.get(id).getPublic();
    }

    /** From now on the set holds these keys. */
    void publish(String... ids) {
        JsonArray set = new JsonArray();
        for (String id : ids) {
            set.add(jwk(id, keys.get(id).getPublic()));
        }
        publishRaw(new JsonObject().put("keys", set).encode());
    }

    void publishRaw(String body) {
        published = body;
    }

    void answerWith(int next) {
        status = next;
    }

    private static JsonObject jwk(String id, PublicKey key) {
        JsonObject json = new JsonObject().put("kid", id).put("use", "sig");
        if (key instanceof ECPublicKey ec) {
            return json.put("kty", "EC")
                    .put("crv", "P-256")
                    .put("x", number(ec.getW().getAffineX(), 32))
                    .put("y", number(ec.getW().getAffineY(), 32));
        }
        RSAPublicKey rsa = (RSAPublicKey) key;
        return json.put("kty", "RSA")
                .put("alg", "RS256")
                .put("n", number(rsa.getModulus(), 256))
                .put("e", number(rsa.getPublicExponent(), 3));
    }

    private static String number(BigInteger value, int length) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[length];
        int from = Math.max(0, bytes.length - length);
        System.arraycopy(bytes, from, fixed, length - (bytes.length - from), bytes.length - from);
        return encode(fixed);
    }

    static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String encode(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8));
    }

    static JsonObject claims(Instant now, String subject, String... roles) {
        return new JsonObject()
                .put("sub", subject)
                .put("roles", new JsonArray(Arrays.asList(roles)))
                .put("iss", "tidegate")
                .put("aud", "tidegate")
                .put("exp", now.getEpochSecond() + 3600);
    }

    /** A good token of a key. */
    String token(String id, JsonObject claims) {
        String algorithm = keys.get(id).getPublic() instanceof ECPublicKey ? "ES256" : "RS256";
        return sign(id, new JsonObject().put("alg", algorithm).put("kid", id), claims);
    }

    /** Signed properly, whatever the header says. */
    String sign(String id, JsonObject header, JsonObject claims) {
        try {
            KeyPair pair = keys.get(id);
            String content = encode(header.encode()) + "." + encode(claims.encode());
            Signature signature = Signature.getInstance(
                    pair.getPublic() instanceof ECPublicKey ? "SHA256withECDSAinP1363Format" : "SHA256withRSA");
            signature.initSign(pair.getPrivate());
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + encode(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        TestGateway.await(server.close());
    }
}
