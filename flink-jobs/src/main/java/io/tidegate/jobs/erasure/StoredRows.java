package io.tidegate.jobs.erasure;

import io.tidegate.jobs.clickhouse.client.ClickHouseClient;
import io.tidegate.jobs.clickhouse.committer.CommitTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The rows of a person in ClickHouse. Windows hold sums and no person; what they counted stays counted.
 *
 * <p>A mutation rewrites the parts that hold such a row, on every replica, before it is answered.
 */
final class StoredRows {

    /** @param verb what is done with the rows: {@code removed}, or {@code anonymised} where they are also about others */
    private record Place(String table, String verb, String condition, String mutation) {}

    private final List<ClickHouseClient> shards;
    private final String database;

    StoredRows(List<ClickHouseClient> shards, String database) {
        this.shards = shards;
        this.database = database;
    }

    /**
     * @param apply false: only counts
     * @return one for each place and shard, in an order that is always the same
     * @throws CommitTargetException the store failed, or rows came while others were removed; running it again does the rest
     */
    List<Receipt.Rows> erase(Subject subject, boolean apply) throws CommitTargetException, InterruptedException {
        List<Receipt.Rows> erased = new ArrayList<>();
        for (Place place : places(subject)) {
            for (int shard = 0; shard < shards.size(); shard++) {
                long rows = count(shards.get(shard), place);
                if (apply && rows > 0) {
                    shards.get(shard)
                            .query(
                                    "ALTER TABLE " + database + "." + place.table() + " " + place.mutation() + " WHERE "
                                            + place.condition(),
                                    Map.of("mutations_sync", "2"));
                    long left = count(shards.get(shard), place);
                    if (left > 0) {
                        throw CommitTargetException.mayHeal(
                                left + " rows of " + place.table() + " came while others were erased: run it again",
                                null);
                    }
                }
                erased.add(new Receipt.Rows(place.table(), shard + 1, place.verb(), rows));
            }
        }
        return erased;
    }

    private long count(ClickHouseClient shard, Place place) throws CommitTargetException, InterruptedException {
        return Long.parseLong(shard.query(
                        "SELECT count() FROM " + database + "." + place.table() + " WHERE " + place.condition(),
                        Map.of())
                .strip());
    }

    private static List<Place> places(Subject subject) {
        String tenant = "tenant = " + subject.tenantSql();
        String user = subject.userSql();
        // What is removed isn't anonymised too, in whatever order it is counted.
        return List.of(
                new Place("events", "removed", "user_id = " + user + " AND " + tenant, "DELETE"),
                new Place(
                        "events",
                        "anonymised",
                        "author_id = " + user + " AND user_id != " + user + " AND " + tenant,
                        "UPDATE author_id = ''"),
                new Place("alerts", "removed", "subject = " + user + " AND " + tenant, "DELETE"),
                // About a device or a post that several shared: the alert is about the others too.
                new Place(
                        "alerts",
                        "anonymised",
                        "match(message, " + subject.wordSql() + ") AND subject != " + user + " AND " + tenant,
                        "UPDATE message = 'The message named a user whose data was erased.'"),
                new Place("notifications", "removed", "recipient = " + user + " AND " + tenant, "DELETE"));
    }
}
