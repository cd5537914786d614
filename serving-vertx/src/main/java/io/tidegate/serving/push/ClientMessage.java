package io.tidegate.serving.push;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * What a client says: a flat JSON object of strings.
 *
 * @param op {@code auth}, {@code subscribe}, {@code unsubscribe} or {@code ping}; others are possible
 * @param token null where not given
 * @param channel null where not given
 * @param cursor null where not given
 * @param filter of the known members {@code severity}, {@code rule}, {@code subject}; none where not given
 */
record ClientMessage(String op, String token, String channel, String cursor, Filter filter) {

    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(8).build())
            .build();

    /** The text isn't a client message. */
    static final class MalformedException extends Exception {
        MalformedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Members that aren't known are ignored, so that a newer client can talk to an older gateway.
     *
     * @throws MalformedException if the bytes aren't UTF-8, JSON, an object, or a known member isn't a string
     */
    static ClientMessage parse(byte[] utf8) throws MalformedException {
        try (JsonParser json = JSON.createParser(utf8)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedException("not an object", null);
            }
            String op = null;
            String token = null;
            String channel = null;
            String cursor = null;
            Filter filter = Filter.NONE;
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "op" -> op = string(json);
                    case "token" -> token = string(json);
                    case "channel" -> channel = string(json);
                    case "cursor" -> cursor = string(json);
                    case "filter" -> filter = filter(json);
                    default -> json.skipChildren();
                }
            }
            if (op == null || json.nextToken() != null) {
                throw new MalformedException("no op, or more than one value", null);
            }
            return new ClientMessage(op, token, channel, cursor, filter);
        } catch (IOException e) {
            throw new MalformedException("not JSON", e);
        }
    }

    /** A member that isn't known is an error here: ignored, it would let through what it was to keep out. */
    private static Filter filter(JsonParser json) throws IOException, MalformedException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new MalformedException("filter is not an object", null);
        }
        Set<String> severities = Set.of();
        Set<String> rules = Set.of();
        Set<String> subjects = Set.of();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "severity" -> severities = strings(json);
                case "rule" -> rules = strings(json);
                case "subject" -> subjects = strings(json);
                default -> throw new MalformedException("unknown member of filter", null);
            }
        }
        return new Filter(severities, rules, subjects);
    }

    private static Set<String> strings(JsonParser json) throws IOException, MalformedException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new MalformedException("not a list: " + json.currentName(), null);
        }
        Set<String> values = new HashSet<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            values.add(string(json));
        }
        return values;
    }

    private static String string(JsonParser json) throws IOException, MalformedException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw new MalformedException("not a string: " + json.currentName(), null);
        }
        return json.getText();
    }

    @Override
    public String toString() {
        // Never the token: this may end up in a log.
        return "ClientMessage[op=" + op + ", channel=" + channel + "]";
    }
}
