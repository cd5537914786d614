package io.tidegate.dev.demo.traffic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.dev.demo.traffic.TrafficEvent.Bet;
import io.tidegate.dev.demo.traffic.TrafficEvent.Body;
import io.tidegate.dev.demo.traffic.TrafficEvent.Comment;
import io.tidegate.dev.demo.traffic.TrafficEvent.Outcome;
import io.tidegate.dev.demo.traffic.TrafficEvent.Payment;
import io.tidegate.dev.demo.traffic.TrafficEvent.Post;
import io.tidegate.dev.demo.traffic.TrafficEvent.Reaction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;

/** Events as the JSON array that {@code POST /api/v1/events} takes. */
public final class EventJson {

    private static final String CURRENCY = "EUR";
    private static final int BYTES_PER_EVENT = 300;
    private static final JsonFactory JSON = new JsonFactory();

    private EventJson() {}

    /** In the order given. */
    public static byte[] array(List<TrafficEvent> events) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(events.size() * BYTES_PER_EVENT);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartArray();
            for (TrafficEvent event : events) {
                write(json, event);
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, TrafficEvent event) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", event.body().type());
        json.writeStringField("eventId", event.eventId());
        json.writeStringField("userId", event.actor().userId());
        json.writeNumberField("occurredAt", event.occurredAtMs());
        json.writeStringField("ip", event.actor().ip());
        json.writeStringField("deviceId", event.actor().deviceId());
        json.writeStringField("country", event.actor().country());
        writeBody(json, event.body());
        json.writeEndObject();
    }

    private static void writeBody(JsonGenerator json, Body body) throws IOException {
        if (body instanceof Post post) {
            json.writeStringField("postId", post.postId());
        } else if (body instanceof Reaction reaction) {
            json.writeStringField("postId", reaction.postId());
            json.writeStringField("authorId", reaction.authorId());
        } else if (body instanceof Comment comment) {
            json.writeStringField("postId", comment.postId());
            json.writeStringField("commentId", comment.commentId());
            json.writeStringField("authorId", comment.authorId());
        } else if (body instanceof Bet bet) {
            json.writeStringField("betId", bet.betId());
            json.writeStringField("gameId", bet.gameId());
            json.writeNumberField("amount", hundredths(bet.stakeCents()));
            json.writeStringField("currency", CURRENCY);
            json.writeNumberField("odds", hundredths(bet.oddsHundredths()));
            json.writeStringField("betType", bet.betType());
            json.writeStringField("channel", bet.channel());
            json.writeStringField("city", bet.city());
            json.writeStringField("deviceType", bet.deviceType());
        } else if (body instanceof Outcome outcome) {
            json.writeStringField("betId", outcome.betId());
            json.writeStringField("gameId", outcome.gameId());
            json.writeStringField("result", outcome.won() ? "win" : "loss");
            json.writeNumberField("payout", hundredths(outcome.payoutCents()));
            json.writeStringField("currency", CURRENCY);
        } else if (body instanceof Payment payment) {
            json.writeNumberField("amount", hundredths(payment.amountCents()));
            json.writeStringField("currency", CURRENCY);
            json.writeStringField("method", payment.method());
        }
        // A login says nothing more.
    }

    private static BigDecimal hundredths(long value) {
        return BigDecimal.valueOf(value, 2);
    }
}
