package io.tidegate.serving.auth;

import io.tidegate.serving.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/** A token: its header, and the whole of it against a key that has signed none. */
public final class TokenFuzz {

    private static final Auth AUTH = auth();

    private TokenFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        try {
            TokenHeader.parse(text);
        } catch (InvalidTokenException e) {
            // The only answer there is to nonsense.
        }
        Future<Principal> verified = AUTH.authenticate(text);
        if (verified.succeeded() || verified.failed() && !(verified.cause() instanceof InvalidTokenException)) {
            throw new IllegalStateException("neither refused nor signed", verified.cause());
        }
    }

    private static Auth auth() {
        try {
            // A secret that no input can have been signed with.
            Path secret = Files.createTempFile("fuzz-secret", ".key");
            secret.toFile().deleteOnExit();
            byte[] random = new byte[64];
            new SecureRandom().nextBytes(random);
            Files.write(secret, random);
            return new Auth(
                    Vertx.vertx(),
                    new GatewayConfig.Auth(
                            GatewayConfig.Algorithm.HS256, secret, Optional.empty(), "tidegate", "tidegate"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
