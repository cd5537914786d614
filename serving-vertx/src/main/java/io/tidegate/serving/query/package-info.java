/**
 * Questions about the past, answered by ClickHouse: {@code GET /api/v1/analytics/…} and {@code GET /api/v1/alerts}.
 *
 * <p>One class for each question ({@link io.tidegate.serving.query.Query}): what it takes from the URL, its SQL, its rows,
 * its JSON. Values reach ClickHouse only as bound parameters; column names come from enums. The driver blocks, so queries
 * run on a bounded pool ({@link io.tidegate.serving.query.QueryPool}), never on an event loop.
 */
package io.tidegate.serving.query;
