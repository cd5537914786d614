package io.tidegate.dev.chaos.oracle;

import io.tidegate.dev.chaos.listen.HeardAlert;
import io.tidegate.dev.chaos.load.SentEvent;
import io.tidegate.dev.chaos.platform.RaisedAlert;
import io.tidegate.dev.chaos.platform.StoredRow;
import io.tidegate.dev.chaos.platform.TopicEvent;
import io.tidegate.replay.oracle.BetStats;
import io.tidegate.replay.oracle.EventCount;
import io.tidegate.replay.oracle.PostActivity;
import java.util.List;
import java.util.Map;

/**
 * Everything that is compared.
 *
 * @param sent by event id
 * @param topic in detection order
 * @param untilMs append time up to which detection has seen everything; later alerts don't count, either way
 * @param rows of table {@code events}, without FINAL
 * @param finalRows count of table {@code events} with FINAL
 * @param topicAlerts committed, by partition and offset
 * @param alertRows without FINAL
 * @param listeners each who listened from before the first event to the end
 */
public record Evidence(
        Map<String, SentEvent> sent,
        List<TopicEvent> topic,
        long untilMs,
        List<StoredRow> rows,
        long finalRows,
        List<EventCount> eventCounts,
        List<PostActivity> postActivity,
        List<BetStats> betStats,
        List<RaisedAlert> topicAlerts,
        List<RaisedAlert> alertRows,
        List<Listened> listeners) {

    /**
     * @param gaps that it was told of
     * @param end why it ended by itself; empty where it didn't
     */
    public record Listened(String name, List<HeardAlert> heard, List<String> gaps, String end) {}
}
