package io.tidegate.serving.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.serving.TestGateway;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 isn't spoken on the public HTTP port, so its floods and resets (abuse case 30) have nothing to meet there. */
class Http2OffTest {

    private Vertx vertx;
    private TestGateway gateway;

    @BeforeEach
    void start(@TempDir Path directory) {
        vertx = Vertx.vertx();
        gateway = TestGateway.start(vertx, directory);
    }

    @AfterEach
    void stop() {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private String answer(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1);
        } catch (SocketException reset) {
            return "";
        }
    }

    @Test
    void theConnectionPrefaceOfHttp2IsNoRequest() throws IOException {
        String answer = answer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0");

        // Closed, or told so in HTTP/1; never a SETTINGS frame.
        assertThat(answer)
                .satisfiesAnyOf(a -> assertThat(a).isEmpty(), a -> assertThat(a).matches("HTTP/1\\.[01] [45]\\d\\d"));
    }

    @Test
    void anUpgradeToHttp2IsNotTaken() throws IOException {
        String answer = answer("GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.").doesNotContain(" 101");
    }
}
