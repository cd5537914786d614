package io.tidegate.dev.chaos.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.OracleEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An {@link EventLog} read back: each event id with its fields and its fate, in the order of the first sending. */
public final class SentEvents {

    private static final JsonFactory JSON = new JsonFactory();

    private static final class Entry {
        private final OracleEvent event;
        private final long print;
        private final long firstSentMs;
        private boolean acknowledged;
        private boolean doubtful;

        Entry(OracleEvent event, long print, long firstSentMs) {
            this.event = event;
            this.print = print;
            this.firstSentMs = firstSentMs;
        }

        SentEvent sent() {
            Fate fate = acknowledged ? Fate.ACKNOWLEDGED : doubtful ? Fate.AMBIGUOUS : Fate.REFUSED;
            return new SentEvent(event, print, fate, firstSentMs);
        }
    }

    /** A request that has been sent at least once. */
    private static final class Request {
        private final List<Entry> entries;
        private int attempts;

        Request(List<Entry> entries) {
            this.entries = entries;
        }
    }

    private final Map<String, Entry> byId = new LinkedHashMap<>();
    private final Map<Long, Request> requests = new HashMap<>();
    /** Most texts come many times. */
    private final Map<String, String> texts = new HashMap<>();

    private SentEvents() {}

    /** @throws IOException where it can't be read, or holds a line that isn't a log's; a last line that was cut off doesn't count */
    public static Map<String, SentEvent> read(Path log) throws IOException {
        SentEvents sent = new SentEvents();
        try (BufferedReader lines = Files.newBufferedReader(log, StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            for (long number = 1; line != null; number++) {
                String next = lines.readLine();
                try {
                    sent.line(line);
                } catch (IOException | RuntimeException e) {
                    if (next != null) {
                        throw new IOException(log + ", line " + number + ": " + e.getMessage(), e);
                    }
                }
                line = next;
            }
        }
        Map<String, SentEvent> events = new LinkedHashMap<>(2 * sent.byId.size());
        // A request without an answer, as the run ended before, is in doubt.
        sent.requests.values().stream()
                .filter(request -> request.attempts == 0)
                .forEach(request -> request.entries.forEach(entry -> entry.doubtful = true));
        sent.byId.forEach((id, entry) -> events.put(id, entry.sent()));
        return events;
    }

    private void line(String line) throws IOException {
        long request = 0;
        long atMs = 0;
        int status = -1;
        List<Entry> entries = null;
        List<Integer> refused = new ArrayList<>();
        try (JsonParser json = JSON.createParser(line)) {
            expect(json.nextToken(), JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "request" -> request = json.getLongValue();
                    case "at" -> atMs = json.getLongValue();
                    case "status" -> status = json.getIntValue();
                    case "events" -> entries = events(json, atMs);
                    case "refused" -> {
                        while (json.nextToken() != JsonToken.END_ARRAY) {
                            refused.add(json.getIntValue());
                        }
                    }
                    default -> json.skipChildren();
                }
            }
        }
        if (entries != null) {
            requests.put(request, new Request(entries));
        } else {
            Request asked = requests.get(request);
            if (asked == null || status < 0) {
                throw new IOException("an answer to no request: " + line);
            }
            asked.attempts++;
            answer(asked.entries, status, refused);
        }
    }

    private static void answer(List<Entry> entries, int status, List<Integer> refused) {
        for (int position = 0; position < entries.size(); position++) {
            Entry entry = entries.get(position);
            if (status == 202) {
                entry.acknowledged |= !refused.contains(position);
            } else if (status == 0 || status == 408 || status >= 500) {
                entry.doubtful = true;
            }
        }
    }

    private List<Entry> events(JsonParser json, long atMs) throws IOException {
        expect(json.currentToken(), JsonToken.START_ARRAY);
        List<Entry> entries = new ArrayList<>();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            Map<String, String> fields = new HashMap<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                fields.put(name, json.getText());
            }
            Entry entry = entry(fields, atMs);
            Entry before = byId.putIfAbsent(entry.event.eventId(), entry);
            entries.add(before == null ? entry : before);
        }
        return entries;
    }

    private Entry entry(Map<String, String> fields, long atMs) {
        long occurredMs = Long.parseLong(fields.get("occurredAt"));
        EventType type = EventType.ofWireName(fields.get("type"));
        OracleEvent event = OracleEvent.builder(type, fields.get("eventId"), text(fields, "userId"), occurredMs)
                .post(text(fields, "postId"))
                .author(text(fields, "authorId"))
                .bet(text(fields, "betId"))
                .game(text(fields, "gameId"))
                .amountE4(e4(fields, "amount"))
                .currency(text(fields, "currency"))
                .odds(fields.getOrDefault("odds", "0"))
                .betType(text(fields, "betType"))
                .city(text(fields, "city"))
                .deviceType(text(fields, "deviceType"))
                .payoutE4(e4(fields, "payout"))
                .ip(text(fields, "ip"))
                .device(text(fields, "deviceId"))
                .country(text(fields, "country"))
                .build();
        long print = new RowPrint()
                .add(type.wireName())
                .add(event.userId())
                .add(event.postId())
                .add(event.authorId())
                .add(fields.getOrDefault("commentId", ""))
                .add(event.betId())
                .add(event.gameId())
                .add(event.amountE4())
                .add(event.currency())
                .add(event.oddsE4())
                .add(event.betType())
                .add(fields.getOrDefault("channel", ""))
                .add(event.city())
                .add(event.deviceType())
                .add(fields.getOrDefault("result", ""))
                .add(event.payoutE4())
                .add(fields.getOrDefault("method", ""))
                .add(event.ip())
                .add(event.deviceId())
                .add(event.country())
                .add(occurredMs)
                .value();
        return new Entry(event, print, atMs);
    }

    private String text(Map<String, String> fields, String name) {
        String value = fields.getOrDefault(name, "");
        String known = texts.putIfAbsent(value, value);
        return known == null ? value : known;
    }

    private static long e4(Map<String, String> fields, String name) {
        return new BigDecimal(fields.getOrDefault(name, "0")).movePointRight(4).longValueExact();
    }

    private static void expect(JsonToken token, JsonToken expected) throws IOException {
        if (token != expected) {
            throw new IOException(expected + " expected, got " + token);
        }
    }
}
