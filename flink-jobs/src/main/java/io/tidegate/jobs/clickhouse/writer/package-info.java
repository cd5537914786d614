/** Rows into batches: encoding and grouping, before the checkpoint. */
package io.tidegate.jobs.clickhouse.writer;
