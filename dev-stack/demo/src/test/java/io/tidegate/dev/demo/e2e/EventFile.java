package io.tidegate.dev.demo.e2e;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.OracleEvent;
import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes events as the gateway's contract has them, one JSON object per line, for the mapping {@code events.yaml}. */
final class EventFile {

    private EventFile() {}

    static Path write(Path file, List<OracleEvent> events) throws IOException {
        JsonFactory json = new JsonFactory();
        try (Writer lines = Files.newBufferedWriter(file)) {
            for (OracleEvent event : events) {
                try (JsonGenerator object = json.createGenerator(lines)) {
                    object.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
                    write(event, object);
                }
                lines.write('\n');
            }
        }
        return file;
    }

    private static void write(OracleEvent event, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", event.type().wireName());
        json.writeStringField("eventId", event.eventId());
        json.writeStringField("userId", event.userId());
        json.writeNumberField("occurredAt", event.timeMs());
        text("postId", event.postId(), json);
        // Only a name in a reaction: a post's author is who posts it.
        text("authorId", event.authorId(), json);
        text("betId", event.betId(), json);
        text("gameId", event.gameId(), json);
        text("currency", event.currency(), json);
        text("betType", event.betType(), json);
        text("city", event.city(), json);
        text("deviceType", event.deviceType(), json);
        text("ip", event.ip(), json);
        text("deviceId", event.deviceId(), json);
        text("country", event.country(), json);
        switch (event.type()) {
            case BET, DEPOSIT, WITHDRAWAL -> json.writeStringField("amount", decimal(event.amountE4()));
            case BET_OUTCOME -> {
                json.writeStringField("result", event.payoutE4() == 0 ? "loss" : "win");
                json.writeStringField("payout", decimal(event.payoutE4()));
            }
            default -> {
                // No money.
            }
        }
        if (event.type() == EventType.BET && event.oddsE4() != 0) {
            json.writeStringField("odds", decimal(event.oddsE4()));
        }
        json.writeEndObject();
    }

    private static void text(String field, String value, JsonGenerator json) throws IOException {
        if (!value.isEmpty()) {
            json.writeStringField(field, value);
        }
    }

    private static String decimal(long e4) {
        return BigDecimal.valueOf(e4, 4).toPlainString();
    }
}
