package io.tidegate.serving.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/**
 * JSON bytes to records for the topic, token by token: no tree, no data binding, no object per field. What is plain goes an even shorter
 * way, see {@link PlainEvents}.
 *
 * <p>A bad event costs its sender that event and not its neighbours. Only what keeps the parser from finding the next event
 * refuses the whole body: broken JSON in an array, nesting deeper than {@value #MAX_DEPTH}, a text over {@value #MAX_TEXT}
 * characters, a number over {@value #MAX_NUMBER}. In NDJSON the next line is always found, so there it refuses just the line.
 *
 * <p>Safe for use by several threads.
 */
final class EventJsonDecoder {

    static final int MAX_DEPTH = 16;
    static final int MAX_TEXT = 1 << 20;
    static final int MAX_NUMBER = 1000;
    private static final int MAX_NAME = 1024;
    private static final int MAX_DETAIL = 200;

    private final JsonFactory json = JsonFactory.builder()
            // Names come from strangers; interned ones would stay in the JVM's table.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_TEXT)
                    .maxNumberLength(MAX_NUMBER)
                    .maxNameLength(MAX_NAME)
                    .build())
            .build();

    private final int maxEvents;

    EventJsonDecoder(int maxEvents) {
        this.maxEvents = maxEvents;
    }

    /** Reads one object or an array of objects. */
    EventBatch decodeJson(byte[] body, int length, IngestTerms terms) throws BodyRefusedException {
        EventBatch plain = new PlainEvents(body, terms).read(length, maxEvents);
        return plain == null ? decodeAnyJson(body, length, terms) : plain;
    }

    /** Without the short cut. */
    EventBatch decodeAnyJson(byte[] body, int length, IngestTerms terms) throws BodyRefusedException {
        EventBatch batch = new EventBatch();
        EventDraft draft = new EventDraft();
        try (JsonParser parser = json.createParser(body, 0, length)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                readEvent(parser, draft, terms, batch);
            } else if (first == JsonToken.START_ARRAY) {
                for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                    checkCount(batch);
                    readElement(parser, token, draft, terms, batch);
                }
            } else {
                throw noJson("The body must be a JSON object or an array of objects.");
            }
            if (parser.nextToken() != null) {
                throw noJson("There is something behind the end of the JSON. Several events go into an array, or are"
                        + " sent as application/x-ndjson.");
            }
        } catch (IOException e) {
            throw noJson("The body is no valid JSON: " + explain(e));
        }
        checkNotEmpty(batch);
        return batch;
    }

    /** Reads one object per line; blank lines are skipped. */
    EventBatch decodeLines(byte[] body, int length, IngestTerms terms) throws BodyRefusedException {
        EventBatch batch = new EventBatch();
        PlainEvents plain = new PlainEvents(body, terms);
        EventDraft draft = new EventDraft();
        int start = 0;
        while (start < length) {
            int end = start;
            while (end < length && body[end] != '\n') {
                end++;
            }
            if (!isBlank(body, start, end)) {
                checkCount(batch);
                if (!plain.readLine(start, end, batch)) {
                    readLine(body, start, end, draft, terms, batch);
                }
            }
            start = end + 1;
        }
        checkNotEmpty(batch);
        return batch;
    }

    private void readLine(byte[] body, int start, int end, EventDraft draft, IngestTerms terms, EventBatch batch) {
        int before = batch.size();
        try (JsonParser parser = json.createParser(body, start, end - start)) {
            JsonToken token = parser.nextToken();
            draft.clear();
            if (token == JsonToken.START_OBJECT) {
                readFields(parser, draft);
                if (parser.nextToken() != null) {
                    draft.clear();
                    draft.reject(RejectionCode.INVALID_JSON, "", "There is more than one JSON value on the line.");
                }
                EventAssembler.finish(draft, terms, batch);
            } else {
                batch.reject(noObject(before));
            }
        } catch (IOException e) {
            batch.reject(
                    new Rejection(before, RejectionCode.INVALID_JSON, "", "The line is no valid JSON: " + explain(e)));
        }
    }

    private void readElement(JsonParser parser, JsonToken token, EventDraft draft, IngestTerms terms, EventBatch batch)
            throws IOException {
        if (token == JsonToken.START_OBJECT) {
            readEvent(parser, draft, terms, batch);
        } else {
            parser.skipChildren();
            batch.reject(noObject(batch.size()));
        }
    }

    private static void readEvent(JsonParser parser, EventDraft draft, IngestTerms terms, EventBatch batch)
            throws IOException {
        draft.clear();
        readFields(parser, draft);
        EventAssembler.finish(draft, terms, batch);
    }

    /** Reads from behind the opening brace to the closing one, whatever is wrong in between. */
    private static void readFields(JsonParser parser, EventDraft draft) throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            EventField field = EventField.ofJsonName(name);
            if (field == null) {
                draft.rejectUnknownField(name);
            }
            if (field == null || !draft.give(field) || draft.rejected()) {
                parser.skipChildren();
            } else {
                readValue(parser, value, field, draft);
            }
        }
    }

    private static void readValue(JsonParser parser, JsonToken value, EventField field, EventDraft draft)
            throws IOException {
        boolean decimal = field.kind() == EventField.Kind.MONEY || field.kind() == EventField.Kind.ODDS;
        switch (value) {
            case VALUE_NULL -> {
                // The same as leaving the field out: many serialisers write nulls.
            }
            case VALUE_STRING -> {
                if (decimal) {
                    draft.putDecimal(field, parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
                } else if (parser.getTextLength() > EventDraft.MAX_ID_LENGTH) {
                    draft.rejectTooLong(field);
                } else {
                    draft.putText(field, parser.getText());
                }
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                if (decimal) {
                    draft.putDecimal(field, parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
                } else if (field.kind() == EventField.Kind.TIME) {
                    readEpochMillis(parser, value, field, draft);
                } else {
                    draft.reject(RejectionCode.INVALID_FIELD, field, "can't be a number");
                }
            }
            case START_OBJECT -> {
                if (field.kind() == EventField.Kind.ATTRIBUTES) {
                    readAttributes(parser, draft);
                } else {
                    draft.reject(RejectionCode.INVALID_FIELD, field, "can't be an object");
                    parser.skipChildren();
                }
            }
            case START_ARRAY -> {
                draft.reject(RejectionCode.INVALID_FIELD, field, "can't be an array");
                parser.skipChildren();
            }
            default -> draft.reject(RejectionCode.INVALID_FIELD, field, "can't be true or false");
        }
    }

    private static void readEpochMillis(JsonParser parser, JsonToken value, EventField field, EventDraft draft)
            throws IOException {
        // 18 digits always fit a long, and no time that is accepted needs more than 13.
        if (value == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() <= 18) {
            draft.putEpochMillis(field, parser.getLongValue());
        } else if (value == JsonToken.VALUE_NUMBER_INT) {
            draft.reject(RejectionCode.TIMESTAMP_OUT_OF_BOUNDS, field, "is no time that can be");
        } else {
            draft.reject(RejectionCode.INVALID_FIELD, field, "must be whole milliseconds");
        }
    }

    private static void readAttributes(JsonParser parser, EventDraft draft) throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (draft.rejected()) {
                parser.skipChildren();
            } else if (value == JsonToken.VALUE_STRING) {
                if (parser.getTextLength() > EventDraft.MAX_ATTRIBUTE_VALUE_LENGTH) {
                    draft.rejectAttribute(
                            RejectionCode.TOO_LONG,
                            name,
                            "is longer than " + EventDraft.MAX_ATTRIBUTE_VALUE_LENGTH + " characters");
                } else {
                    draft.putAttribute(name, parser.getText());
                }
            } else {
                draft.rejectAttribute(RejectionCode.INVALID_FIELD, name, "must be a text");
                parser.skipChildren();
            }
        }
    }

    private void checkCount(EventBatch batch) throws BodyRefusedException {
        if (batch.size() == maxEvents) {
            throw new BodyRefusedException(
                    413, "too_many_events", "One request may hold at most " + maxEvents + " events.");
        }
    }

    private static void checkNotEmpty(EventBatch batch) throws BodyRefusedException {
        if (batch.size() == 0) {
            throw new BodyRefusedException(400, "no_events", "The body holds no event.");
        }
    }

    private static BodyRefusedException noJson(String detail) {
        return new BodyRefusedException(400, RejectionCode.INVALID_JSON.wireName(), detail);
    }

    private static Rejection noObject(int index) {
        return new Rejection(index, RejectionCode.INVALID_JSON, "", "An event must be a JSON object.");
    }

    private static boolean isBlank(byte[] body, int start, int end) {
        for (int i = start; i < end; i++) {
            if (body[i] != ' ' && body[i] != '\t' && body[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    private static String explain(IOException e) {
        String message = e.getMessage();
        String where = "";
        if (e instanceof JsonProcessingException parsing) {
            message = parsing.getOriginalMessage();
            if (parsing.getLocation() != null) {
                where = " (line " + parsing.getLocation().getLineNr() + ", column "
                        + parsing.getLocation().getColumnNr() + ")";
            }
        }
        String brief = message == null ? "unreadable" : message.replaceAll("\\s+", " ");
        return (brief.length() > MAX_DETAIL ? brief.substring(0, MAX_DETAIL) + "…" : brief) + where;
    }
}
