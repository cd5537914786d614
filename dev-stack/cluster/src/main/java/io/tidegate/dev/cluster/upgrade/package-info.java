/** A running job replaced by another version of it, or put back: {@code scripts/upgrade}. Speaks to Flink's REST only. */
package io.tidegate.dev.cluster.upgrade;
