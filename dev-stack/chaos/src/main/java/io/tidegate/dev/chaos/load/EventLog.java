package io.tidegate.dev.chaos.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * What was sent and what was answered, one JSON object a line, appended before a request is sent and after it is answered:
 *
 * <pre>
 * {"request":17,"at":1764000000000,"events":[{…as sent…}]}
 * {"request":17,"at":1764000000012,"attempt":1,"status":202,"refused":[3]}
 * {"request":18,"at":1764000000950,"attempt":1,"status":0,"problem":"…"}
 * </pre>
 *
 * Status 0: no answer. A line is with the operating system when the call returns, so it outlives this process; {@link #force} makes it
 * outlive the machine. Not thread-safe.
 */
final class EventLog implements AutoCloseable {

    private static final JsonFactory JSON = new JsonFactory();

    private final FileChannel file;

    EventLog(Path path) throws IOException {
        this.file = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    /** @param events the JSON array that is sent */
    void sending(long request, long atMs, byte[] events) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(events.length + 80);
        line.writeBytes(
                ("{\"request\":" + request + ",\"at\":" + atMs + ",\"events\":").getBytes(StandardCharsets.US_ASCII));
        line.writeBytes(events);
        line.write('}');
        append(line);
    }

    /**
     * @param status 0 where there was no answer
     * @param refused the positions of events that were refused in an answer of 202 or 400
     */
    void answered(long request, long atMs, int attempt, int status, List<Integer> refused, String problem) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(120);
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeNumberField("request", request);
            json.writeNumberField("at", atMs);
            json.writeNumberField("attempt", attempt);
            json.writeNumberField("status", status);
            if (!refused.isEmpty()) {
                json.writeArrayFieldStart("refused");
                for (int position : refused) {
                    json.writeNumber(position);
                }
                json.writeEndArray();
            }
            if (!problem.isEmpty()) {
                json.writeStringField("problem", problem);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed", e);
        }
        append(line);
    }

    private void append(ByteArrayOutputStream line) {
        line.write('\n');
        ByteBuffer bytes = ByteBuffer.wrap(line.toByteArray());
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            // Without its log the campaign proves nothing.
            throw new UncheckedIOException("The log of the load can't be written", e);
        }
    }

    void force() throws IOException {
        file.force(false);
    }

    @Override
    public void close() throws IOException {
        file.force(true);
        file.close();
    }
}
