package io.tidegate.replay.mapping;

import java.time.Duration;
import java.util.List;

/**
 * An event that a row may become.
 *
 * @param offset from the row's time to the event's
 * @param path of the event in the mapping: {@code events[0]}
 */
public record EventTemplate(
        TextTemplate type, Condition when, Duration offset, List<Field> fields, List<Field> attributes, String path) {

    public EventTemplate {
        fields = List.copyOf(fields);
        attributes = List.copyOf(attributes);
    }

    /** @param path of the field in the mapping: {@code events[0].fields.payout} */
    public record Field(String name, FieldValue value, String path) {}
}
