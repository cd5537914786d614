package io.tidegate.serving.query;

import java.util.List;
import java.util.Optional;

/**
 * A question whose answer may be longer than a page. Its SQL asks for one row more than the page has, and a page begins right
 * after a {@link Place}, so that rows that come in between move nothing.
 */
interface PagedQuery<R> extends Report<R> {

    /** As asked for, or by default: the next page needs the same one. */
    TimeRange range();

    /** Rows of a page. */
    int limit();

    Place placeOf(R row);

    default List<R> page(List<R> rows) {
        return rows.size() > limit() ? rows.subList(0, limit()) : rows;
    }

    /** The cursor of the next page, if there is one. */
    default Optional<String> next(List<R> rows) {
        return rows.size() > limit()
                ? Optional.of(placeOf(rows.get(limit() - 1)).encode())
                : Optional.empty();
    }
}
