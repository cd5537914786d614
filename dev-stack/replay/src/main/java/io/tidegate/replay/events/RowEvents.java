package io.tidegate.replay.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.replay.mapping.EventTemplate;
import io.tidegate.replay.mapping.Mapping;
import io.tidegate.replay.mapping.ValueException;
import io.tidegate.replay.rows.Row;
import io.tidegate.replay.rows.RowException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Makes the events of a row, as its mapping says. */
final class RowEvents {

    private final JsonFactory json = new JsonFactory();
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);
    private final Mapping mapping;
    private final String file;
    private final EventIds ids;

    RowEvents(Mapping mapping, String baseName) {
        this.mapping = mapping;
        this.file = baseName;
        this.ids = new EventIds(baseName);
    }

    /**
     * When the row happened, epoch milliseconds.
     *
     * @throws RowException where it doesn't say
     */
    long time(Row row) {
        String column = mapping.time().column();
        String text = row.get(column);
        if (text == null) {
            throw error(
                    row,
                    "column '" + column + "': missing, but it is the row's time",
                    mapping.time().path());
        }
        try {
            return mapping.time().parse(text);
        } catch (ValueException e) {
            throw error(
                    row,
                    "column '" + column + "': " + e.getMessage(),
                    mapping.time().path());
        }
    }

    /** @throws RowException where a value doesn't fit what the mapping does with it */
    List<ReplayEvent> events(Row row, long rowTimeMs) throws IOException {
        List<ReplayEvent> events = new ArrayList<>(mapping.events().size());
        for (int index = 0; index < mapping.events().size(); index++) {
            EventTemplate template = mapping.events().get(index);
            if (holds(template, row)) {
                long time = rowTimeMs + template.offset().toMillis();
                events.add(new ReplayEvent(time, row.line(), json(template, row, index, time)));
            }
        }
        return events;
    }

    private boolean holds(EventTemplate template, Row row) {
        try {
            return template.when().holds(row);
        } catch (ValueException e) {
            throw error(row, e.getMessage(), template.path() + ".when");
        }
    }

    private byte[] json(EventTemplate template, Row row, int index, long timeMs) throws IOException {
        buffer.reset();
        try (JsonGenerator event = json.createGenerator(buffer)) {
            event.writeStartObject();
            String type = template.type().render(row);
            if (type == null) {
                throw error(row, "a column that it needs is missing", template.path() + ".type");
            }
            event.writeStringField("type", type);
            event.writeNumberField("occurredAt", timeMs);
            boolean idGiven = false;
            for (EventTemplate.Field field : template.fields()) {
                idGiven |= write(field, row, event) && field.name().equals("eventId");
            }
            if (!idGiven) {
                event.writeStringField("eventId", ids.id(row.number(), index).toString());
            }
            if (!template.attributes().isEmpty()) {
                event.writeObjectFieldStart("attributes");
                for (EventTemplate.Field attribute : template.attributes()) {
                    write(attribute, row, event);
                }
                event.writeEndObject();
            }
            event.writeEndObject();
        }
        return buffer.toByteArray();
    }

    private boolean write(EventTemplate.Field field, Row row, JsonGenerator event) throws IOException {
        String value;
        try {
            value = field.value().render(row);
        } catch (ValueException e) {
            throw error(row, e.getMessage(), field.path());
        }
        if (value == null) {
            return false;
        }
        event.writeStringField(field.name(), value);
        return true;
    }

    private RowException error(Row row, String what, String path) {
        return new RowException(file, row.line(), what + " (mapping: " + path + ")");
    }
}
