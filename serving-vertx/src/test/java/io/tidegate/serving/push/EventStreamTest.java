package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.serving.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Server-Sent Events, and who listens. */
class EventStreamTest {

    /** A stream ends soon after its token. */
    private static final PushConfig CONFIG = TestPushConfig.of(
            PushConfig.DEFAULT.authTimeout(),
            Duration.ofMillis(100),
            PushConfig.DEFAULT.maxFrameSize(),
            PushConfig.DEFAULT.maxSubscriptions(),
            PushConfig.DEFAULT.maxBacklogFrames(),
            PushConfig.DEFAULT.maxBacklogSize(),
            PushConfig.DEFAULT.maxClientFrames(),
            PushConfig.DEFAULT.clientFramesWindow(),
            PushConfig.DEFAULT.pingInterval(),
            PushConfig.DEFAULT.closeTimeout(),
            PushConfig.DEFAULT.allowedOrigins(),
            PushConfig.DEFAULT.repeatHorizon(),
            PushConfig.DEFAULT.repeatCapacity());

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private Vertx vertx;
    private PushHub hub;
    private TestGateway gateway;
    private String analyst;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        hub = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
        gateway = TestGateway.start(vertx, directory, new PushModule(vertx, CONFIG, hub, List.of()));
        analyst = gateway.token("ana", "analyst");
    }

    @AfterEach
    void stop() {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private HttpResponse<InputStream> open(String query, String token) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/api/v1/feed?" + query))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    private static BufferedReader lines(HttpResponse<InputStream> response) {
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    /** The lines of the next event that is more than a comment. */
    private static String event(BufferedReader lines) throws IOException {
        StringBuilder event = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty() && event.length() > 0) {
                return event.toString();
            }
            if (!line.isEmpty() && !line.startsWith(":")) {
                event.append(line).append('\n');
            }
        }
        return event.toString();
    }

    private static FeedEvent alert(String id, String subject, Severity severity) {
        Alert alert = Alert.newBuilder()
                .setAlertId(id)
                .setKind(AlertKind.ALERT_KIND_FRAUD)
                .setRuleId("rapid-bets")
                .setSubject(subject)
                .setSeverity(severity)
                .build();
        return new FeedEvent(new AlertItem(alert), 1, new Cursor(1, 5, new long[] {7}), 0, 6);
    }

    @Test
    void anEventHasItsCursorAsIdAndTheFrameAsData() throws Exception {
        HttpResponse<InputStream> response = open("channel=alerts", analyst);
        BufferedReader lines = lines(response);

        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(event(lines)).startsWith("event: subscribed\n");
        FeedEvent event = alert("a1", "u1", Severity.SEVERITY_INFO);
        hub.publish(event);

        assertThat(event(lines))
                .isEqualTo("id: " + event.cursor() + "\ndata: " + new String(event.frame(0), StandardCharsets.UTF_8)
                        + "\n");
        response.body().close();
    }

    @Test
    void onlyWhatTheFilterLetsThroughComes() throws Exception {
        HttpResponse<InputStream> response =
                open("channel=alerts:fraud&severity=critical&severity=warning&subject=u2&rule=rapid-bets", analyst);
        BufferedReader lines = lines(response);
        event(lines);

        hub.publish(alert("a1", "u1", Severity.SEVERITY_CRITICAL));
        hub.publish(alert("a2", "u2", Severity.SEVERITY_INFO));
        hub.publish(alert("a3", "u2", Severity.SEVERITY_WARNING));

        assertThat(event(lines)).contains("\"alertId\":\"a3\"", "\"channel\":\"alerts:fraud\"");
        response.body().close();
    }

    @Test
    void lastEventIdIsACursorAndWhatCannotBeHonouredIsAGap() throws Exception {
        HttpResponse<InputStream> response = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/api/v1/feed?channel=alerts"))
                        .header("Authorization", "Bearer " + analyst)
                        .header("Last-Event-ID", new Cursor(1, 5, new long[] {7}).encode())
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        BufferedReader lines = lines(response);

        assertThat(event(lines)).startsWith("event: subscribed");
        assertThat(event(lines)).startsWith("event: gap\ndata: {\"op\":\"gap\",\"channel\":\"alerts\"");
        response.body().close();
    }

    @ParameterizedTest
    @CsvSource({
        "channel=alerts,                     u1,  403",
        "channel=user:u2,                    u1,  403",
        "channel=user:*,                     u1,  400",
        "channel=post:p1&cursor=x,           u1,  400",
        "channel=post:p1&severity=info,      u1,  400",
        "channel=post:p1&channel=post:p2,    u1,  400",
        "chanel=post:p1,                     u1,  400",
        "'',                                 u1,  400",
        "channel=post:p1&token=x,            u1,  401",
    })
    void whatIsRefused(String query, String subject, int status) throws Exception {
        HttpResponse<InputStream> response = open(query, gateway.token(subject));

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(new JsonObject(new String(response.body().readAllBytes(), StandardCharsets.UTF_8)).getString("code"))
                .isNotEmpty();
    }

    @Test
    void withoutATokenNothing() {
        assertThat(gateway.get("/api/v1/feed?channel=post:p1", null).statusCode())
                .isEqualTo(401);
        assertThat(gateway.get("/api/v1/presence", null).statusCode()).isEqualTo(401);
    }

    @Test
    void theStreamEndsWithItsToken() throws Exception {
        HttpResponse<InputStream> response =
                open("channel=post:p1", gateway.token("u1", Instant.now().plusMillis(1_500)));
        BufferedReader lines = lines(response);

        event(lines);
        assertThat(event(lines)).startsWith("event: error\ndata: {\"op\":\"error\",\"code\":\"token_expired\"");
        assertThat(lines.readLine()).isNull();
    }

    @Test
    void presenceCountsWhoListensAndForgetsWhoLeaves() throws Exception {
        TestListener socket = TestListener.connectAs(gateway, analyst);
        socket.subscribe("alerts");
        socket.subscribe("post:p1");
        HttpResponse<InputStream> stream = open("channel=alerts", analyst);
        event(lines(stream));

        assertThat(gateway.get("/api/v1/presence", gateway.token("u1")).body())
                .isEqualTo("{\"connections\":2,\"listeners\":{\"alerts\":2,\"user\":0,\"post\":1,\"leaderboard\":0}}");

        stream.body().close();
        socket.cut();
        await().until(() -> gateway.get("/api/v1/presence", gateway.token("u1"))
                .body()
                .equals("{\"connections\":0,\"listeners\":{\"alerts\":0,\"user\":0,\"post\":0,\"leaderboard\":0}}"));
    }
}
