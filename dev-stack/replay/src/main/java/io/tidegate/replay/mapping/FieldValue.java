package io.tidegate.replay.mapping;

import io.tidegate.replay.rows.Row;
import java.util.Set;

/** What a field of an event gets from a row. */
public sealed interface FieldValue permits TextTemplate, DecimalExpression {

    /**
     * The text, or {@code null} where a column that it needs is missing.
     *
     * @throws ValueException where a column's text doesn't fit
     */
    String render(Row row);

    Set<String> columns();

    /** A text that begins with {@code =} is an expression, everything else a template. */
    static FieldValue parse(String text) {
        return text.startsWith("=") ? DecimalExpression.parse(text.substring(1)) : TextTemplate.parse(text);
    }
}
