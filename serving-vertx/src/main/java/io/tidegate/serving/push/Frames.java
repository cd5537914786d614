package io.tidegate.serving.push;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Encodes what the server says: JSON text frames as UTF-8 bytes, in the shapes of the contract. */
final class Frames {

    static final byte[] READY = ascii("{\"op\":\"ready\"}");
    static final byte[] PONG = ascii("{\"op\":\"pong\"}");

    private static final JsonFactory JSON = new JsonFactory();
    private static final byte[] EVENT_CHANNEL = ascii("{\"op\":\"event\",\"channel\":\"");
    private static final byte[] CURSOR = ascii("\",\"cursor\":\"");
    private static final byte[] DATA = ascii("\",\"data\":");

    private Frames() {}

    /**
     * Put together by hand because it is the hot path, and safe so: neither a channel name (see its grammar) nor a cursor
     * (base64url) has a character that JSON would escape.
     */
    static byte[] event(Channel channel, String cursor, byte[] data) {
        byte[] name = ascii(channel.name());
        byte[] place = ascii(cursor);
        byte[] frame = new byte
                [EVENT_CHANNEL.length + name.length + CURSOR.length + place.length + DATA.length + data.length + 1];
        int at = put(frame, 0, EVENT_CHANNEL);
        at = put(frame, at, name);
        at = put(frame, at, CURSOR);
        at = put(frame, at, place);
        at = put(frame, at, DATA);
        at = put(frame, at, data);
        frame[at] = '}';
        return frame;
    }

    static byte[] subscribed(Channel channel) {
        return ascii("{\"op\":\"subscribed\",\"channel\":\"" + channel.name() + "\"}");
    }

    /** What happened on the channel between the two times may not have been delivered. */
    static byte[] gap(Channel channel, Instant from, Instant to) {
        return ascii("{\"op\":\"gap\",\"channel\":\"" + channel.name() + "\",\"from\":\"" + from + "\",\"to\":\"" + to
                + "\"}");
    }

    static byte[] error(PushError error) {
        return error(error, null, null);
    }

    /**
     * @param channel what it is about, as the client wrote it; null where it isn't about one
     * @param cursor where to go on; null where there is no place to tell
     */
    static byte[] error(PushError error, String channel, String cursor) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(192);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("op", "error");
            json.writeStringField("code", error.code());
            json.writeStringField("message", error.message());
            if (channel != null) {
                json.writeStringField("channel", channel);
            }
            if (cursor != null) {
                json.writeStringField("cursor", cursor);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    private static int put(byte[] target, int at, byte[] part) {
        System.arraycopy(part, 0, target, at, part.length);
        return at + part.length;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
