package io.tidegate.serving.query;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;

/** Members of the object that the generator stands in. */
record JsonFields(JsonGenerator json) implements RowWriter {

    @Override
    public void text(String name, String value) throws IOException {
        json.writeStringField(name, value);
    }

    @Override
    public void textIfAny(String name, String value) throws IOException {
        if (!value.isEmpty()) {
            text(name, value);
        }
    }

    @Override
    public void number(String name, long value) throws IOException {
        json.writeNumberField(name, value);
    }

    @Override
    public void number(String name, BigDecimal value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, value);
        }
    }

    @Override
    public void texts(String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
