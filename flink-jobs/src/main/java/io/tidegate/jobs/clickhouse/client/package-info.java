/** The store over ClickHouse HTTP. */
package io.tidegate.jobs.clickhouse.client;
