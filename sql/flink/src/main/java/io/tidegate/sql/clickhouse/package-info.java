/** ClickHouse as a dialect of flink-connector-jdbc, which has none of its own (docs/adr/0034-flink-sql.md). */
package io.tidegate.sql.clickhouse;
