/**
 * A whole cluster on one machine without containers: {@link io.tidegate.dev.cluster.Cluster} for programs, {@code scripts/cluster}
 * and {@code scripts/submit} for people.
 */
package io.tidegate.dev.cluster;
