package io.tidegate.dev.demo.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenIssuerTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    @TempDir
    Path data;

    @Test
    void aTokenVerifiesWithThePublicKey() throws Exception {
        // When
        String token = issuer().issue("ann", List.of("analyst"), Duration.ofHours(1));

        // Then
        String[] parts = token.split("\\.");
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initVerify(publicKey());
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(parts).hasSize(3);
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    }

    @Test
    void aTokenSaysWhoAndWhatForAndHowLong() throws Exception {
        // When
        JsonNode claims =
                claims(issuer().issue("an\"n\\\u0001 ü", List.of("analyst", "producer"), Duration.ofMinutes(5)));

        // Then
        assertThat(claims.get("sub").asText()).isEqualTo("an\"n\\\u0001 ü");
        assertThat(claims.get("roles")).map(JsonNode::asText).containsExactly("analyst", "producer");
        assertThat(claims.get("iss").asText()).isEqualTo("tidegate");
        assertThat(claims.get("aud").asText()).isEqualTo("tidegate");
        assertThat(claims.get("iat").asLong()).isEqualTo(NOW.getEpochSecond());
        assertThat(claims.get("exp").asLong()).isEqualTo(NOW.getEpochSecond() + 300);
    }

    @Test
    void theKeyStaysTheSame() throws Exception {
        // Given
        issuer();
        String before = Files.readString(new KeyFiles(data).publicKey());

        // When
        issuer();

        // Then
        assertThat(new KeyFiles(data).publicKey()).hasContent(before);
    }

    @Test
    void onlyTheOwnerReadsThePrivateKey() throws Exception {
        issuer();

        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(data.resolve("auth").resolve("private.pem"))))
                .isEqualTo("rw-------");
    }

    private TokenIssuer issuer() throws Exception {
        return TokenIssuer.of(data, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private PublicKey publicKey() throws Exception {
        String pem = Files.readString(new KeyFiles(data).publicKey())
                .replaceAll("-----(BEGIN|END) PUBLIC KEY-----", "")
                .replaceAll("\\s", "");
        return KeyFactory.getInstance("EC")
                .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(pem)));
    }

    private static JsonNode claims(String token) throws Exception {
        return new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
    }
}
