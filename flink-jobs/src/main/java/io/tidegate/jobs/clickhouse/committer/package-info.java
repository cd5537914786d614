/**
 * Batches into the store: the verified commit, after the checkpoint. {@link
 * io.tidegate.jobs.clickhouse.committer.CommitTarget} is what it asks of a store.
 */
package io.tidegate.jobs.clickhouse.committer;
