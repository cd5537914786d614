package io.tidegate.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The gateway's JSON, read token by token. Members that aren't known are passed over: a newer gateway may have more. */
final class Json {

    private static final JsonFactory JSON = new JsonFactory();

    private Json() {}

    @FunctionalInterface
    interface Reader<T> {
        /** The parser stands on the value's first token, and shall stand on its last. */
        T read(JsonParser json) throws IOException;
    }

    @FunctionalInterface
    interface Member {
        /** As {@link Reader#read}; a value that isn't read is skipped. */
        void read(String name, JsonParser json) throws IOException;
    }

    @FunctionalInterface
    interface Writer {
        void write(JsonGenerator json) throws IOException;
    }

    static byte[] write(Writer writer) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            writer.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return out.toByteArray();
    }

    static <T> T read(String text, Reader<T> reader) throws IOException {
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            return reader.read(json);
        }
    }

    static void object(JsonParser json, Member member) throws IOException {
        expect(json, JsonToken.START_OBJECT);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            member.read(name, json);
            // Whoever didn't want the value left the parser at its beginning.
            json.skipChildren();
        }
    }

    static <T> List<T> array(JsonParser json, Reader<T> element) throws IOException {
        expect(json, JsonToken.START_ARRAY);
        List<T> all = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            all.add(element.read(json));
        }
        return all;
    }

    /** Null for JSON's null. */
    static String text(JsonParser json) throws IOException {
        return json.getValueAsString();
    }

    /** The value as it is written. */
    static String raw(JsonParser json) throws IOException {
        StringWriter out = new StringWriter();
        try (JsonGenerator copy = JSON.createGenerator(out)) {
            copy.copyCurrentStructure(json);
        }
        return out.toString();
    }

    private static void expect(JsonParser json, JsonToken token) throws IOException {
        if (json.currentToken() != token) {
            throw new IOException("not what was expected: " + json.currentToken() + " instead of " + token);
        }
    }

    private static final class Counted {
        private String postId = "";
        private long likes;
        private long comments;
        private long shares;
    }

    static PostCounters postCounters(JsonParser json) throws IOException {
        Counted it = new Counted();
        object(json, (name, value) -> {
            switch (name) {
                case "postId" -> it.postId = text(value);
                case "likes" -> it.likes = value.getLongValue();
                case "comments" -> it.comments = value.getLongValue();
                case "shares" -> it.shares = value.getLongValue();
                default -> {}
            }
        });
        return new PostCounters(it.postId, it.likes, it.comments, it.shares);
    }

    private static final class Raised {
        private String alertId = "";
        private String kind = "";
        private String ruleId = "";
        private long ruleVersion;
        private String subject = "";
        private String severity = "";
        private String message = "";
        private List<String> eventIds = List.of();
        private Instant detectedAt = Instant.EPOCH;
    }

    static Alert alert(JsonParser json) throws IOException {
        Raised it = new Raised();
        object(json, (name, value) -> {
            switch (name) {
                case "alertId" -> it.alertId = text(value);
                case "kind" -> it.kind = text(value);
                case "ruleId" -> it.ruleId = text(value);
                case "ruleVersion" -> it.ruleVersion = value.getLongValue();
                case "subject" -> it.subject = text(value);
                case "severity" -> it.severity = text(value);
                case "message" -> it.message = text(value);
                case "eventIds" -> it.eventIds = array(value, Json::text);
                case "detectedAt" -> it.detectedAt = Instant.parse(text(value));
                default -> {}
            }
        });
        return new Alert(
                it.alertId,
                it.kind,
                it.ruleId,
                it.ruleVersion,
                it.subject,
                it.severity,
                it.message,
                it.eventIds,
                it.detectedAt);
    }

    static Notification notification(JsonParser json) throws IOException {
        String[] it = {"", "", "", "{}"};
        object(json, (name, value) -> {
            switch (name) {
                case "notificationId" -> it[0] = text(value);
                case "kind" -> it[1] = text(value);
                case "message" -> it[2] = text(value);
                case "data" -> it[3] = raw(value);
                default -> {}
            }
        });
        return new Notification(it[0], it[1], it[2], it[3]);
    }

    static Leaderboard leaderboard(JsonParser json) throws IOException {
        return new Leaderboard(array(json, Json::postCounters));
    }
}
