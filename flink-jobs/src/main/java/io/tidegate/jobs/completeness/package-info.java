/**
 * The books of completeness, kept by job {@code archive}: per topic, partition and minute of append time, how many records it
 * read, dropped as repeats and wrote off as dead letters, and how many the gateways say were accepted. What should be stored
 * follows from that; what is, from the tables themselves.
 *
 * <p>Counts leave the counting operators before each barrier and are added up behind them in the same checkpoint, so the books are as
 * exact as the rows they are about. See docs/adr/0022.
 */
package io.tidegate.jobs.completeness;
