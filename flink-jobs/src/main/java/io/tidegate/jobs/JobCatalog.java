package io.tidegate.jobs;

import io.tidegate.jobs.aggregation.AggregationJob;
import io.tidegate.jobs.archive.ArchiveJob;
import io.tidegate.jobs.engagement.EngagementJob;
import io.tidegate.jobs.fraud.FraudJob;
import io.tidegate.jobs.surge.SurgeJob;
import java.util.List;

/** Every job of the platform, for programs that run them all (the demo) and for tests that hold them to their rules. */
public final class JobCatalog {

    private JobCatalog() {}

    public static List<Job> all() {
        return List.of(new ArchiveJob(), new AggregationJob(), new FraudJob(), new SurgeJob(), new EngagementJob());
    }
}
