package io.tidegate.serving.ingest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.serving.http.JsonBody;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.io.IOException;

/** The answer to a batch: {@code {"accepted":1,"rejected":[…],"eventIds":["…",null]}}. */
final class BatchJson {

    static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("application/json");

    private static final int BYTES_PER_ID = 40;
    private static final int BYTES_PER_REJECTION = 120;

    private BatchJson() {}

    static Buffer write(EventBatch batch) {
        int size = 64 + batch.size() * BYTES_PER_ID + batch.rejected().size() * BYTES_PER_REJECTION;
        return JsonBody.write(size, json -> {
            json.writeStartObject();
            writeMembers(json, batch.accepted().size(), batch);
            json.writeEndObject();
        });
    }

    /**
     * Writes the members into an open object.
     *
     * @param accepted how many events are known to be stored; 0 in an error answer
     */
    static void writeMembers(JsonGenerator json, int accepted, EventBatch batch) throws IOException {
        json.writeNumberField("accepted", accepted);
        json.writeArrayFieldStart("rejected");
        for (Rejection rejection : batch.rejected()) {
            json.writeStartObject();
            json.writeNumberField("index", rejection.index());
            json.writeStringField("code", rejection.code().wireName());
            json.writeStringField("field", rejection.field());
            json.writeStringField("message", rejection.message());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("eventIds");
        for (String id : batch.eventIds()) {
            if (id == null) {
                json.writeNull();
            } else {
                json.writeString(id);
            }
        }
        json.writeEndArray();
    }
}
