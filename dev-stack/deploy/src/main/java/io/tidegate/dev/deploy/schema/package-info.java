/** {@code sql/cluster/}: the tables of {@code sql/clickhouse/} on a ClickHouse cluster. */
package io.tidegate.dev.deploy.schema;
