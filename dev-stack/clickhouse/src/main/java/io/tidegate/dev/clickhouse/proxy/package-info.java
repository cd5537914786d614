/** A place between the platform and ClickHouse where things go wrong on purpose: for tests, and for the chaos campaign. */
package io.tidegate.dev.clickhouse.proxy;
