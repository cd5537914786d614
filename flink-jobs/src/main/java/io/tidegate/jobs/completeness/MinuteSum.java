package io.tidegate.jobs.completeness;

/** State: what has been counted of a minute. Public and mutable because that is how Flink's POJO serializer, which lets it evolve, wants it. */
public final class MinuteSum {

    public long records;
    public long repeated;
    public long dead;
    public long version;
    /** Processing time of the last change, epoch milliseconds. */
    public long changedAtMs;

    /** For Flink. */
    public MinuteSum() {}
}
