/**
 * Job {@code archive}: topics events (each event once), alerts and notifications (committed ones) into the
 * ClickHouse tables of the same names, exactly once. It is also the one job that carries what no job can read to
 * topic {@code events.dlq}.
 */
package io.tidegate.jobs.archive;
