package io.tidegate.serving.push;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;

/**
 * What a client says: a flat JSON object of strings.
 *
 * @param op {@code auth}, {@code subscribe}, {@code unsubscribe} or {@code ping}; others are possible
 * @param token null where not given
 * @param channel null where not given
 * @param cursor null where not given
 */
record ClientMessage(String op, String token, String channel, String cursor) {

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
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "op" -> op = string(json);
                    case "token" -> token = string(json);
                    case "channel" -> channel = string(json);
                    case "cursor" -> cursor = string(json);
                    default -> json.skipChildren();
                }
            }
            if (op == null || json.nextToken() != null) {
                throw new MalformedException("no op, or more than one value", null);
            }
            return new ClientMessage(op, token, channel, cursor);
        } catch (IOException e) {
            throw new MalformedException("not JSON", e);
        }
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
