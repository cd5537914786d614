package io.tidegate.serving.query;

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
}
