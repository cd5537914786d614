package io.tidegate.dev.demo.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidegate.dev.demo.auth.TokenIssuer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrafficTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int RATE = 400;

    @TempDir
    Path data;

    private FakeGateway gateway;
    private Traffic traffic;

    @BeforeEach
    void openGateway() throws Exception {
        gateway = new FakeGateway();
    }

    @AfterEach
    void close() {
        if (traffic != null) {
            traffic.stop();
        }
        gateway.close();
    }

    @Test
    void eventsArriveAsTheContractWantsThem() throws Exception {
        // When
        traffic = start();

        // Then
        await().atMost(LIMIT).until(() -> gateway.accepted().size() > RATE);
        JsonNode bet = gateway.accepted().stream()
                .filter(event -> event.get("type").asText().equals("bet"))
                .findFirst()
                .orElseThrow();
        assertThat(bet.fieldNames())
                .toIterable()
                .contains(
                        "eventId", "userId", "occurredAt", "betId", "gameId", "amount", "currency", "odds", "betType");
        assertThat(bet.get("amount").isNumber()).isTrue();
        assertThat(gateway.authorization()).startsWith("Bearer ey");
    }

    @Test
    void whatTheGatewayCannotTakeIsRepeatedWithTheSameIdsAndInOrder() throws Exception {
        // Given
        gateway.answerNext(503, 429, 503, 500);

        // When
        traffic = start();

        // Then
        await().atMost(LIMIT)
                .until(() -> gateway.accepted().size() > 2 * RATE
                        && gateway.refused().size() >= 4);
        traffic.stop();
        List<String> ids = gateway.accepted().stream()
                .map(event -> event.get("eventId").asText())
                .toList();
        assertThat(ids).doesNotHaveDuplicates().containsAll(gateway.refused());
        Map<String, Long> lastOfUser = new HashMap<>();
        for (JsonNode event : gateway.accepted()) {
            long number = Long.parseLong(event.get("eventId").asText().substring("erun-".length()));
            Long before = lastOfUser.put(event.get("userId").asText(), number);
            assertThat(before == null || before < number).isTrue();
        }
        assertThat(traffic.stats().dropped()).isZero();
    }

    @Test
    void aGatewayThatGoesAwayAndComesBackIsFoundAgain() throws Exception {
        // Given
        traffic = start();
        await().atMost(LIMIT).until(() -> gateway.accepted().size() > RATE / 2);

        // When
        int port = gateway.port();
        gateway.close();
        gateway = new FakeGateway(port);

        // Then
        await().atMost(LIMIT).until(() -> gateway.accepted().size() > RATE);
    }

    private Traffic start() throws Exception {
        return Traffic.start(
                gateway.events(),
                new BearerToken(TokenIssuer.of(data)),
                new TrafficModel(7, "run", System.currentTimeMillis(), RATE),
                RATE);
    }
}
