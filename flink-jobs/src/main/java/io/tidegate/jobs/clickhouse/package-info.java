/**
 * Exactly once into ClickHouse.
 *
 * <p>ClickHouse has no transaction that a checkpoint could hold open, and its de-duplication tokens have a window,
 * a log that can be lost, and known ways to drop what they should keep. So the payload travels in the checkpoint,
 * and a commit that is in any doubt is verified against the rows themselves:
 *
 * <ol>
 *   <li>The {@linkplain io.tidegate.jobs.clickhouse.writer.ClickHouseWriter writer} encodes rows into batches of
 *       one partition each, small enough to be one block, since one block into one partition is what ClickHouse
 *       stores atomically. A batch has a random id, which stands in {@code _batch_id} of each of its rows. At the
 *       barrier the encoded bytes become the {@linkplain
 *       io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable committable}: whatever happens later, an
 *       attempt sends these very bytes.
 *   <li>The {@linkplain io.tidegate.jobs.clickhouse.committer.OutboxOperatorFactory outbox} keeps it in its state until
 *       it is stored. When a checkpoint that holds it is complete, a thread of the outbox inserts it, synchronously, with
 *       the batch id as de-duplication token and query id. Acknowledged: done. That is the whole happy path: one POST.
 *       The task's own thread goes on meanwhile, and checkpoints with it.
 *   <li>After any error, and for each batch that comes out of a checkpoint, it counts the rows of the batch. All
 *       there: done. None: insert again (same token, so that a first insert that is still on its way and this one
 *       can't both count), and count again. Some, or more than all: delete what is there and insert under a token
 *       nobody has used.
 *   <li>Backing off between attempts, it ends in success or, after the {@linkplain
 *       io.tidegate.jobs.clickhouse.committer.RetryPolicy policy's} limit, in an exception: the job restarts from
 *       the checkpoint and the batch is tried again. There is no third way out, and nothing is dropped.
 *   <li>When more waits for the store than the sink's limit, the next barrier is held back, and with it the job, until
 *       there is room.
 * </ol>
 *
 * <table>
 *   <caption>What happens when</caption>
 *   <tr><th>failure</th><th>result</th></tr>
 *   <tr><td>before the checkpoint completes</td><td>nothing was written; the source replays</td></tr>
 *   <tr><td>after the checkpoint, before the insert</td><td>restored batch, count 0: inserted</td></tr>
 *   <tr><td>after the insert, before its acknowledgement</td><td>count is the batch's: skipped</td></tr>
 *   <tr><td>token's window over, its log lost, or it is remembered without its rows</td><td>the count decides</td></tr>
 *   <tr><td>the job is rescaled</td><td>the batch id travels in the batch and belongs to no subtask</td></tr>
 *   <tr><td>an OLD savepoint is restored</td><td>new ids, so rows come twice: delete the rows behind it
 *       first ({@code scripts/rewind}); keys with the event id in ReplacingMergeTree are the backstop under FINAL</td></tr>
 * </table>
 *
 * <p><b>Shards.</b> Rows are spread over the shards by a hash of one text column, {@link
 * io.tidegate.jobs.clickhouse.RowEncoder#shardingColumn()}: shard {@code xxHash64(column) % shards}, shards counted from 0
 * in the order of {@code --clickhouse}. The same expression is the sharding key of a Distributed table over them, whose
 * shards have equal weights and the same order:
 *
 * <table>
 *   <caption>Sharding keys</caption>
 *   <tr><th>table</th><th>sharding key</th></tr>
 *   <tr><td>events</td><td>{@code xxHash64(user_id)}</td></tr>
 *   <tr><td>alerts</td><td>{@code xxHash64(alert_id)}</td></tr>
 *   <tr><td>notifications</td><td>{@code xxHash64(notification_id)}</td></tr>
 *   <tr><td>event_counts_1m</td><td>{@code xxHash64(type)}</td></tr>
 *   <tr><td>post_activity_1m</td><td>{@code xxHash64(post_id)}</td></tr>
 *   <tr><td>bet_stats_1m</td><td>{@code xxHash64(game_id)}</td></tr>
 *   <tr><td>completeness_1m</td><td>{@code xxHash64(topic)}</td></tr>
 * </table>
 *
 * <p>The sink writes to the shards' own tables, which have the names and columns of {@code sql/clickhouse} on each
 * shard, never to a Distributed table (several shards, no token). A batch belongs to one shard and one partition, and
 * stays with its shard whatever happens to the number of shards: the committable names it.
 *
 * <p><b>Replicas.</b> A batch is stored by any replica of its shard that answers. Where there are several, the one that
 * is asked for a count is brought up to date first ({@code SYSTEM SYNC REPLICA … LIGHTWEIGHT}), so that a doubt that arose on one
 * replica is settled right on another; a token is known to all of them. Without {@code --clickhouse-insert-quorum} an
 * acknowledged batch may lie on one replica only for a moment, and go with its disk. ADR 19 says what that rests on; there is no
 * replicated server to test it on here.
 *
 * <p>Merges blur counts. {@link io.tidegate.jobs.clickhouse.WriteMode#UPSERT} tables are therefore never counted:
 * inserting their rows again changes nothing. In {@link io.tidegate.jobs.clickhouse.WriteMode#APPEND} tables over
 * ReplacingMergeTree a merge may have taken a row of the batch because an equal key came in another one. The count
 * is short then, and the batch is deleted and inserted again. That is still right: what the merge took is there
 * again under the batch's own id, next to the row that survived, with an equal key, and FINAL (and the next merge)
 * keeps one of the two, as before. Nothing else is touched.
 *
 * <p>What remains: an insert that outlives everything (held up between the two machines, by a proxy that has its
 * whole body) and arrives after the batch was verified or written anew, and after the store has forgotten its
 * token. Within the window ({@code non_replicated_deduplication_window} inserts into the table) the token stops it.
 * Later its rows would be there twice, with equal {@code _batch_id}: FINAL hides them where the key is unique, and
 * an audit of {@code count()} per batch finds them.
 *
 * <p>No incremental materialized view may hang on these tables: a batch that is verified and skipped doesn't feed
 * it, one that is deleted and inserted again feeds it twice.
 *
 * <p>Cost: what a checkpoint interval brings lies in memory and in the checkpoint. Seconds between checkpoints, not
 * minutes.
 */
package io.tidegate.jobs.clickhouse;
