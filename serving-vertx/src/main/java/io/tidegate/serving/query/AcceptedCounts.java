package io.tidegate.serving.query;

import java.util.Map;

/** What gateways have said lately that they accepted, fresher than what is stored of it. */
@FunctionalInterface
public interface AcceptedCounts {

    /**
     * Safe for use by any thread.
     *
     * @param toMs exclusive
     */
    Map<CompletenessRow.Cell, Long> accepted(long fromMs, long toMs);
}
