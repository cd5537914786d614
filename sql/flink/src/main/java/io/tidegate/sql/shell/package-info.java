/** Flink's SQL shell with the tables of this installation (docs/flink-sql.md). */
package io.tidegate.sql.shell;
