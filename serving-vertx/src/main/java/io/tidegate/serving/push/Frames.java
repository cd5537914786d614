package io.tidegate.serving.push;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Encodes what the server says: JSON text frames as UTF-8 bytes, in the shapes of the contract. */
final class Frames {

    static final byte[] READY = ascii("{\"op\":\"ready\"}");
    static final byte[] PONG = ascii("{\"op\":\"pong\"}");

    private static final byte[] EVENT_CHANNEL = ascii("{\"op\":\"event\",\"channel\":\"");
    private static final byte[] CURSOR = ascii("\",\"cursor\":\"");
    private static final byte[] ID = ascii("id: ");
    private static final byte[] SSE_DATA = ascii("\ndata: ");
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

    /** A WebSocket frame as a Server-Sent Event; a frame has no line breaks. */
    static byte[] eventStream(String cursor, byte[] frame) {
        byte[] place = ascii(cursor);
        byte[] event = new byte[ID.length + place.length + SSE_DATA.length + frame.length + 2];
        int at = put(event, 0, ID);
        at = put(event, at, place);
        at = put(event, at, SSE_DATA);
        at = put(event, at, frame);
        event[at] = '\n';
        event[at + 1] = '\n';
        return event;
    }

    static byte[] notice(Notice notice) {
        if (notice instanceof Notice.Ready) {
            return READY;
        }
        if (notice instanceof Notice.Pong) {
            return PONG;
        }
        return DataJson.encode(json -> {
            json.writeStartObject();
            if (notice instanceof Notice.Subscribed subscribed) {
                json.writeStringField("op", "subscribed");
                json.writeStringField("channel", subscribed.channel().name());
                optional(json, "cursor", subscribed.cursor());
            } else if (notice instanceof Notice.Gap gap) {
                json.writeStringField("op", "gap");
                json.writeStringField("channel", gap.channel().name());
                json.writeStringField("from", DataJson.time(gap.from().toEpochMilli()));
                json.writeStringField("to", DataJson.time(gap.to().toEpochMilli()));
            } else if (notice instanceof Notice.Expiring expiring) {
                json.writeStringField("op", "expiring");
                json.writeStringField("at", DataJson.time(expiring.at().toEpochMilli()));
            } else if (notice instanceof Notice.Error error) {
                json.writeStringField("op", "error");
                json.writeStringField("code", error.error().code());
                json.writeStringField("message", error.error().message());
                optional(json, "channel", error.channel());
                optional(json, "cursor", error.cursor());
            }
            json.writeEndObject();
        });
    }

    private static void optional(JsonGenerator json, String name, String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    private static int put(byte[] target, int at, byte[] part) {
        System.arraycopy(part, 0, target, at, part.length);
        return at + part.length;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
