package io.tidegate.serving.query;

import io.tidegate.serving.auth.TenantScope;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A statement that is being put together: text from constants of this package, values only as bound parameters.
 */
final class Sql {

    /** Equal where the statement and its values are. */
    record Bound(String text, List<Object> values) {}

    private final StringBuilder text = new StringBuilder(512);
    /** Texts and whole numbers. */
    private final List<Object> values = new ArrayList<>();

    /** Text of the product's own; never anything that a client has sent. */
    Sql text(String part) {
        text.append(part);
        return this;
    }

    Sql value(String value) {
        text.append('?');
        values.add(value);
        return this;
    }

    Sql value(long value) {
        text.append('?');
        values.add(value);
        return this;
    }

    /** The further condition that rows are within the scope. */
    Sql within(TenantScope scope) {
        return scope.tenant().isPresent()
                ? text(" AND tenant = ").value(scope.tenant().get())
                : this;
    }

    /** The condition that a column of type DateTime lies in a range of whole seconds. */
    Sql secondsIn(String column, TimeRange range) {
        return text(column + " >= toDateTime(")
                .value(range.from().getEpochSecond())
                .text(", 'UTC') AND " + column + " < toDateTime(")
                .value(range.to().getEpochSecond())
                .text(", 'UTC')");
    }

    /** The condition that a column of type DateTime64(3) lies in the range. */
    Sql millisIn(String column, TimeRange range) {
        return text(column + " >= fromUnixTimestamp64Milli(toInt64(")
                .value(range.from().toEpochMilli())
                .text("), 'UTC') AND " + column + " < fromUnixTimestamp64Milli(toInt64(")
                .value(range.to().toEpochMilli())
                .text("), 'UTC')");
    }

    String text() {
        return text.toString();
    }

    Bound bound() {
        return new Bound(text(), List.copyOf(values));
    }

    void bind(PreparedStatement statement) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) instanceof Long number) {
                statement.setLong(i + 1, number);
            } else {
                statement.setString(i + 1, (String) values.get(i));
            }
        }
    }
}
