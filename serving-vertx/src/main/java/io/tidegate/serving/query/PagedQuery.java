package io.tidegate.serving.query;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A question whose answer may be longer than a page. Its SQL asks for one row more than the page has, and a page begins right
 * after a {@link Place}, so that rows that come in between move nothing. Of several shards each gives its first rows, which is enough
 * where a row is on one of them; what may be on several must be asked for whole.
 */
interface PagedQuery<R> extends Report<R> {

    /** Texts as ClickHouse sorts them: by their bytes. */
    Comparator<String> BY_BYTES = (one, other) ->
            Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));

    /** As asked for, or by default: the next page needs the same one. */
    TimeRange range();

    /** Rows of a page. */
    int limit();

    /** Its id is the row's alone. */
    Place placeOf(R row);

    /** As its SQL sorts. */
    Comparator<R> order();

    /** What a row is whose parts are on two shards. */
    R together(R one, R other);

    /** Whether a row comes after the place where the page begins; where its SQL doesn't see to it. */
    default boolean isOnPage(R row) {
        return true;
    }

    @Override
    default List<R> merged(List<List<R>> shards) {
        if (shards.size() == 1) {
            return shards.get(0);
        }
        Map<String, R> rows = new HashMap<>();
        shards.stream()
                .flatMap(List::stream)
                .forEach(row -> rows.merge(placeOf(row).id(), row, this::together));
        return rows.values().stream()
                .filter(this::isOnPage)
                .sorted(order())
                .limit(limit() + 1L)
                .toList();
    }

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
