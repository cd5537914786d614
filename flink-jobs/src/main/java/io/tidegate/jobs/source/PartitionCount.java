package io.tidegate.jobs.source;

import java.io.IOException;
import java.io.Serializable;

/** Tells how many partitions a topic has. */
@FunctionalInterface
interface PartitionCount extends Serializable {

    int get() throws IOException;
}
