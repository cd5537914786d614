package io.tidegate.jobs.aggregation.rebuild;

import java.util.List;

/**
 * The key of a row of a {@link WindowTable}.
 *
 * @param texts its key columns, in their order
 */
record WindowKey(long windowStartMs, List<String> texts, long paneMs) {}
