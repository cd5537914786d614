package io.tidegate.serving.auth;

import io.tidegate.serving.GatewayConfig.Algorithm;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.Optional;

/**
 * A key of a JSON Web Key Set, as far as it is of use here: public keys for signatures, ES256 on P-256 or RS256 from 2048 bits. Of a
 * key only its numbers are read, never its certificates or addresses ({@code x5c}, {@code x5u}).
 *
 * @param id {@code kid}; empty if it has none
 */
record Jwk(String id, VerificationKey key) {

    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 8192;

    /** Empty for a key that isn't of use here; a set may hold keys for others. */
    static Optional<Jwk> of(JsonObject json) {
        try {
            String type = json.getString("kty", "");
            Algorithm algorithm = type.equals("EC") ? Algorithm.ES256 : Algorithm.RS256;
            if (!json.getString("use", "sig").equals("sig")
                    || !json.getString("alg", algorithm.name()).equals(algorithm.name())
                    || !json.getJsonArray("key_ops", new JsonArray().add("verify"))
                            .contains("verify")) {
                return Optional.empty();
            }
            Optional<PublicKey> key =
                    switch (type) {
                        case "EC" -> ellipticCurve(json);
                        case "RSA" -> rsa(json);
                        default -> Optional.empty();
                    };
            return key.map(found -> new Jwk(json.getString("kid", ""), VerificationKey.of(algorithm, found)));
        } catch (GeneralSecurityException | IllegalArgumentException | ClassCastException | NullPointerException e) {
            // The set is the issuer's; one key that is broken doesn't spoil the others.
            return Optional.empty();
        }
    }

    private static Optional<PublicKey> ellipticCurve(JsonObject json) throws GeneralSecurityException {
        if (!"P-256".equals(json.getString("crv"))) {
            return Optional.empty();
        }
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        ECPoint point = new ECPoint(number(json, "x"), number(json, "y"));
        return Optional.of(KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class))));
    }

    private static Optional<PublicKey> rsa(JsonObject json) throws GeneralSecurityException {
        BigInteger modulus = number(json, "n");
        if (modulus.bitLength() < MIN_RSA_BITS || modulus.bitLength() > MAX_RSA_BITS) {
            return Optional.empty();
        }
        return Optional.of(
                KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, number(json, "e"))));
    }

    private static BigInteger number(JsonObject json, String name) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(json.getString(name)));
    }
}
