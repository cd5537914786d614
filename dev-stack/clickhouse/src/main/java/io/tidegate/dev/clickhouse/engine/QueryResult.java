package io.tidegate.dev.clickhouse.engine;

/** A complete result in the format that was asked for. */
public record QueryResult(byte[] bytes, QueryStatistics statistics) {}
