package io.tidegate.serving.query;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * One question to ClickHouse, ready to be asked.
 *
 * @param <R> a row of the answer
 */
interface Query<R> {

    Sql sql();

    /** The row the result set stands on. */
    R read(ResultSet row) throws SQLException;

    /** The row as one element of the answer's array. */
    void write(JsonGenerator json, R row) throws IOException;
}
