/**
 * How the system is, for the people who look after it: {@code GET /api/v1/status}.
 *
 * <p>Small and honest: what this gateway counts itself, how far the jobs have committed (Kafka), what has arrived (ClickHouse).
 * What can't be had at the moment is null, never a guess.
 */
package io.tidegate.serving.status;
