package io.tidegate.jobs.clickhouse;

/**
 * A row of the tests' own table.
 *
 * @param id unique
 * @param atMs partition time
 */
public record SampleRow(long id, long atMs, String text) {

    /** 2026-11-15 noon, UTC. */
    public static final long NOVEMBER = 1_794_744_000_000L;

    /** 2026-12-15 noon, UTC. */
    public static final long DECEMBER = NOVEMBER + 30L * 86_400_000L;

    public static SampleRow of(long id) {
        return new SampleRow(id, NOVEMBER, "row " + id);
    }

    public static SampleRow inDecember(long id) {
        return new SampleRow(id, DECEMBER, "row " + id);
    }
}
