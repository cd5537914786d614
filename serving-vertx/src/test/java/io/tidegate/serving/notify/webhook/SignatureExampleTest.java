package io.tidegate.serving.notify.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The signature, and the receiver's code of docs/notifications.md as it stands there. */
class SignatureExampleTest {

    private static final String SECRET = "whsec_dGVzdA";
    private static final byte[] BODY = "{\"type\":\"alert\"}".getBytes(StandardCharsets.UTF_8);

    @Test
    void theExampleOfTheDocumentationVerifiesWhatIsSent() throws Exception {
        assumeTrue(hasPython(), "python3 isn't here");
        String page = Files.readString(Path.of("../docs/notifications.md"));
        String code = page.substring(page.indexOf("```python\n") + "```python\n".length());
        code = code.substring(0, code.indexOf("```"));
        Instant now = Instant.now();

        assertThat(python(code, WebhookSignature.sign(List.of(SECRET), now, BODY)))
                .isEqualTo("True");
        // While a secret is being replaced, whichever of the two the receiver has.
        assertThat(python(code, WebhookSignature.sign(List.of(SECRET, "whsec_other"), now, BODY)))
                .isEqualTo("True");
        assertThat(python(code, WebhookSignature.sign(List.of("whsec_other", SECRET), now, BODY)))
                .isEqualTo("True");
        assertThat(python(code, WebhookSignature.sign(List.of("whsec_other"), now, BODY)))
                .isEqualTo("False");
        assertThat(python(code, WebhookSignature.sign(List.of(SECRET), now.minusSeconds(600), BODY)))
                .isEqualTo("False");
    }

    @Test
    void aChangedBodyAnOldTimeAndNonsenseDoNotVerify() {
        Instant now = Instant.parse("2026-03-01T10:00:00Z");
        String header = WebhookSignature.sign(List.of(SECRET), now, BODY);
        Duration tolerance = Duration.ofMinutes(5);

        assertThat(WebhookSignature.verify(SECRET, header, BODY, now.plusSeconds(299), tolerance))
                .isTrue();
        assertThat(WebhookSignature.verify(SECRET, header, BODY, now.plusSeconds(301), tolerance))
                .isFalse();
        assertThat(WebhookSignature.verify(SECRET, header, new byte[1], now, tolerance))
                .isFalse();
        assertThat(WebhookSignature.verify(SECRET, "t=soon,v1=zz", BODY, now, tolerance))
                .isFalse();
        assertThat(WebhookSignature.verify(SECRET, "", BODY, now, tolerance)).isFalse();
    }

    private static boolean hasPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String python(String code, String header) throws IOException, InterruptedException {
        String call = "\nimport sys\nprint(verify(sys.argv[1], sys.argv[2], sys.argv[3].encode()))\n";
        Process process = new ProcessBuilder(
                        "python3", "-c", code + call, SECRET, header, new String(BODY, StandardCharsets.UTF_8))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip();
    }
}
