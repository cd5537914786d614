package io.tidegate.serving.query;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A statement that is being put together: text from constants of this package, values only as bound parameters.
 */
final class Sql {

    @FunctionalInterface
    private interface Value {
        void bind(PreparedStatement statement, int index) throws SQLException;
    }

    private final StringBuilder text = new StringBuilder(512);
    private final List<Value> values = new ArrayList<>();

    /** Text of the product's own; never anything that a client has sent. */
    Sql text(String part) {
        text.append(part);
        return this;
    }

    Sql value(String value) {
        text.append('?');
        values.add((statement, index) -> statement.setString(index, value));
        return this;
    }

    Sql value(long value) {
        text.append('?');
        values.add((statement, index) -> statement.setLong(index, value));
        return this;
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

    void bind(PreparedStatement statement) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            values.get(i).bind(statement, i + 1);
        }
    }
}
