package io.tidegate.serving.auth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/**
 * The header of a JWT, read before anything else is done with the token.
 *
 * @param algorithm as the token says
 * @param keyId {@code kid}, if there is one
 */
record TokenHeader(String algorithm, Optional<String> keyId) {

    /** Ways for a token to say where its own key is to be had, or to change what the signature covers. Never followed. */
    private static final Set<String> REFUSED = Set.of("jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc");

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(4).build())
            .build();

    /**
     * @param encoded the part of the token before the first dot
     */
    static TokenHeader parse(String encoded) throws InvalidTokenException {
        String algorithm = null;
        String keyId = null;
        try (JsonParser json = JSON.createParser(Base64.getUrlDecoder().decode(encoded))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidTokenException("the token's header is no JSON object");
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                if (REFUSED.contains(name)) {
                    throw new InvalidTokenException("the token's header has a parameter that isn't accepted");
                }
                String text = json.nextTextValue();
                if ("alg".equals(name)) {
                    algorithm = text;
                } else if ("kid".equals(name)) {
                    if (text == null) {
                        throw new InvalidTokenException("the token's key id is no text");
                    }
                    keyId = text;
                } else {
                    json.skipChildren();
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidTokenException("the token's header can't be read");
        }
        if (algorithm == null) {
            throw new InvalidTokenException("the token names no algorithm");
        }
        return new TokenHeader(algorithm, Optional.ofNullable(keyId));
    }
}
