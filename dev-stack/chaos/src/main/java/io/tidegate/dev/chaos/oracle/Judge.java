package io.tidegate.dev.chaos.oracle;

import io.tidegate.dev.chaos.listen.HeardAlert;
import io.tidegate.dev.chaos.load.Fate;
import io.tidegate.dev.chaos.load.SentEvent;
import io.tidegate.dev.chaos.oracle.Evidence.Listened;
import io.tidegate.dev.chaos.oracle.Finding.Kind;
import io.tidegate.dev.chaos.platform.RaisedAlert;
import io.tidegate.dev.chaos.platform.StoredRow;
import io.tidegate.dev.chaos.platform.TopicEvent;
import io.tidegate.replay.oracle.EventCount;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleAlert;
import io.tidegate.replay.oracle.OracleEvent;
import io.tidegate.replay.oracle.PostActivity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Compares:
 *
 * <ol>
 *   <li>rows: acknowledged ⊆ stored ⊆ acknowledged ∪ in doubt; each id once; each row as it was sent, made of the first record of its id;
 *   <li>windows: what plain code counts over the first record of each id, fields from the log of the load;
 *   <li>alerts: what a brute-force reading of those records in detection order raises = committed on the topic = rows, each once;
 *   <li>listeners: each committed alert once, none else, those of a subject in the topic's order.
 * </ol>
 */
public final class Judge {

    private static final String SYSTEM = "system";

    private final Evidence evidence;
    private final Verdict verdict = new Verdict();

    private Judge(Evidence evidence) {
        this.evidence = evidence;
    }

    public static Verdict judge(Evidence evidence) {
        Judge judge = new Judge(evidence);
        Map<String, TopicEvent> firsts = judge.firstRecords();
        judge.rows(firsts);
        judge.windows(firsts);
        judge.alerts(firsts);
        evidence.listeners().forEach(judge::listener);
        return judge.verdict;
    }

    /** Of each event id its first record, in detection order. */
    private Map<String, TopicEvent> firstRecords() {
        Map<String, TopicEvent> firsts = new LinkedHashMap<>();
        for (TopicEvent record : evidence.topic()) {
            if (evidence.sent().containsKey(record.eventId())) {
                firsts.putIfAbsent(record.eventId(), record);
            } else {
                verdict.add(
                        Kind.UNEXPECTED,
                        record.appendedAtMs(),
                        "event " + record.eventId() + " of " + record.userId() + " is on the topic (" + place(record)
                                + "), and nobody sent it");
            }
        }
        return firsts;
    }

    private void rows(Map<String, TopicEvent> firsts) {
        Map<String, StoredRow> stored = new HashMap<>();
        for (StoredRow row : evidence.rows()) {
            SentEvent sent = evidence.sent().get(row.eventId());
            StoredRow before = stored.putIfAbsent(row.eventId(), row);
            if (before != null) {
                verdict.add(
                        Kind.DUPLICATED,
                        row.appendedAtMs(),
                        "event " + row.eventId() + " is stored more than once: " + place(before) + "; " + place(row));
            } else if (sent == null) {
                verdict.add(
                        Kind.UNEXPECTED,
                        row.appendedAtMs(),
                        "event " + row.eventId() + " is stored, and nobody sent it");
            } else if (sent.fate() == Fate.REFUSED) {
                verdict.add(
                        Kind.UNEXPECTED,
                        row.appendedAtMs(),
                        "event " + row.eventId() + " is stored, though every attempt to send it was refused");
            } else {
                asSent(row, sent, firsts.get(row.eventId()));
            }
        }
        if (evidence.finalRows() != stored.size()) {
            verdict.add(
                    Kind.DUPLICATED,
                    0,
                    evidence.finalRows() + " rows with FINAL, but " + stored.size() + " different event ids");
        }
        evidence.sent().forEach((id, sent) -> {
            TopicEvent first = firsts.get(id);
            if (!stored.containsKey(id) && (sent.fate() == Fate.ACKNOWLEDGED || first != null)) {
                verdict.add(
                        Kind.LOST,
                        first == null ? sent.firstSentMs() : first.appendedAtMs(),
                        "event " + id + " of " + sent.event().userId() + " was "
                                + (sent.fate() == Fate.ACKNOWLEDGED ? "acknowledged" : "in doubt")
                                + ", isn't stored, and is "
                                + (first == null ? "not on the topic either" : "on the topic: " + place(first)));
            }
        });
    }

    private void asSent(StoredRow row, SentEvent sent, TopicEvent first) {
        if (row.print() != sent.print() || !row.userId().equals(sent.event().userId())) {
            verdict.add(
                    Kind.LOST, row.appendedAtMs(), "event " + row.eventId() + " is stored with other fields than sent");
        } else if (first == null) {
            verdict.add(
                    Kind.UNEXPECTED, row.appendedAtMs(), "event " + row.eventId() + " is stored, but not on the topic");
        } else if (first.partition() != row.partition()
                || first.offset() != row.offset()
                || first.appendedAtMs() != row.appendedAtMs()) {
            verdict.add(
                    Kind.LOST,
                    row.appendedAtMs(),
                    "event " + row.eventId() + " is stored from " + place(row) + ", but its first record is "
                            + place(first));
        }
    }

    private void windows(Map<String, TopicEvent> firsts) {
        List<OracleEvent> events = new ArrayList<>(firsts.size());
        firsts.keySet().forEach(id -> events.add(evidence.sent().get(id).event()));
        windows(
                "event_counts_1m",
                Oracle.eventCounts(events),
                evidence.eventCounts(),
                row -> row.type().wireName(),
                EventCount::windowStartMs);
        windows(
                "post_activity_1m",
                Oracle.postActivity(events),
                evidence.postActivity(),
                PostActivity::postId,
                PostActivity::windowStartMs);
        windows(
                "bet_stats_1m",
                Oracle.betStats(events),
                evidence.betStats(),
                row -> row.key().toString(),
                row -> row.key().windowStartMs());
    }

    private <R> void windows(
            String table, List<R> expected, List<R> actual, Function<R, String> dimensions, ToLongFunction<R> start) {
        record Key(long startMs, String dimensions) {}
        Map<Key, R> wanted = new LinkedHashMap<>();
        expected.forEach(row -> wanted.put(new Key(start.applyAsLong(row), dimensions.apply(row)), row));
        Set<Key> seen = new HashSet<>();
        for (R row : actual) {
            Key key = new Key(start.applyAsLong(row), dimensions.apply(row));
            R want = wanted.get(key);
            if (!seen.add(key)) {
                verdict.add(Kind.WINDOW, key.startMs(), table + " has a window in two shards: " + row);
            } else if (!row.equals(want)) {
                verdict.add(
                        Kind.WINDOW,
                        key.startMs(),
                        table + " says " + row + ", but the events say " + Objects.requireNonNullElse(want, "nothing"));
            }
        }
        wanted.forEach((key, row) -> {
            if (!seen.contains(key)) {
                verdict.add(Kind.WINDOW, key.startMs(), table + " has nothing where the events say " + row);
            }
        });
    }

    private void alerts(Map<String, TopicEvent> firsts) {
        List<OracleEvent> events = new ArrayList<>(firsts.size());
        firsts.forEach(
                (id, record) -> events.add(evidence.sent().get(id).event().withIdAndTime(id, record.appendedAtMs())));
        List<OracleAlert> expected = new ArrayList<>(Oracle.alerts(events));
        expected.addAll(Oracle.surges(events, evidence.untilMs()));

        List<RaisedAlert> onTopic = inTime(evidence.topicAlerts());
        eachOnce("topic alerts", onTopic);
        eachOnce("table alerts", inTime(evidence.alertRows()));
        Map<String, RaisedAlert> rows = byId(inTime(evidence.alertRows()));
        Map<String, RaisedAlert> topic = byId(onTopic);
        topic.forEach((id, alert) -> {
            RaisedAlert row = rows.get(id);
            if (row == null) {
                verdict.add(
                        Kind.ALERT, alert.detectedAtMs(), "on the topic, not in the table: " + text(content(alert)));
            } else if (!content(row).equals(content(alert))) {
                verdict.add(
                        Kind.ALERT,
                        alert.detectedAtMs(),
                        "alert " + id + " is " + text(content(row)) + " in the table and " + text(content(alert))
                                + " on the topic");
            }
        });
        rows.forEach((id, row) -> {
            if (!topic.containsKey(id)) {
                verdict.add(Kind.ALERT, row.detectedAtMs(), "in the table, not on the topic: " + text(content(row)));
            }
        });

        Set<OracleAlert> raised = new HashSet<>();
        topic.values().stream()
                .filter(alert -> !alert.kind().equals(SYSTEM))
                .forEach(alert -> raised.add(content(alert)));
        Set<OracleAlert> wanted = new HashSet<>();
        for (OracleAlert alert : expected) {
            if (alert.detectedAtMs() <= evidence.untilMs()) {
                wanted.add(alert);
                if (!raised.contains(alert)) {
                    verdict.add(
                            Kind.ALERT,
                            alert.detectedAtMs(),
                            "the events ask for an alert that isn't there: " + text(alert));
                }
            }
        }
        for (OracleAlert alert : raised) {
            if (!wanted.contains(alert)) {
                verdict.add(Kind.ALERT, alert.detectedAtMs(), "an alert that the events don't explain: " + text(alert));
            }
        }
    }

    private void eachOnce(String where, List<RaisedAlert> alerts) {
        Map<String, RaisedAlert> seen = new HashMap<>();
        for (RaisedAlert alert : alerts) {
            RaisedAlert before = seen.putIfAbsent(alert.alertId(), alert);
            if (before != null) {
                verdict.add(
                        Kind.ALERT,
                        alert.detectedAtMs(),
                        where + ": " + alert.alertId() + " is there twice (" + before.place() + "; " + alert.place()
                                + "): " + text(content(alert)));
            }
        }
    }

    private void listener(Listened listener) {
        String who = "listener " + listener.name();
        Map<String, RaisedAlert> wanted = byId(inTime(evidence.topicAlerts()));
        Map<String, Integer> order = new HashMap<>();
        evidence.topicAlerts().forEach(alert -> order.putIfAbsent(alert.alertId(), order.size()));
        listener.gaps().forEach(gap -> verdict.add(Kind.LISTENER, 0, who + " was told of a gap: " + gap));
        if (!listener.end().isEmpty()) {
            verdict.add(Kind.LISTENER, 0, who + " was sent away for good: " + listener.end());
        }
        Set<String> seen = new HashSet<>();
        Map<String, Integer> latestOfSubject = new HashMap<>();
        for (HeardAlert heard : listener.heard()) {
            if (!seen.add(heard.alertId())) {
                verdict.add(Kind.LISTENER, heard.detectedAtMs(), who + " got alert " + heard.alertId() + " again");
                continue;
            }
            Integer position = order.get(heard.alertId());
            if (position == null) {
                if (heard.detectedAtMs() <= evidence.untilMs()) {
                    verdict.add(
                            Kind.LISTENER,
                            heard.detectedAtMs(),
                            who + " got alert " + heard.alertId() + " (" + heard.ruleId() + " about " + heard.subject()
                                    + "), which was never committed");
                }
                continue;
            }
            Integer before = latestOfSubject.put(heard.subject(), position);
            if (before != null && before > position) {
                verdict.add(
                        Kind.LISTENER,
                        heard.detectedAtMs(),
                        who + " got alert " + heard.alertId() + " about " + heard.subject()
                                + " after one that comes after it on the topic");
            }
        }
        wanted.forEach((id, alert) -> {
            if (!seen.contains(id)) {
                verdict.add(
                        Kind.LISTENER,
                        alert.detectedAtMs(),
                        who + " never got alert " + id + ": " + text(content(alert)));
            }
        });
    }

    private List<RaisedAlert> inTime(List<RaisedAlert> alerts) {
        return alerts.stream()
                .filter(alert -> alert.detectedAtMs() <= evidence.untilMs())
                .toList();
    }

    private static Map<String, RaisedAlert> byId(List<RaisedAlert> alerts) {
        Map<String, RaisedAlert> byId = new LinkedHashMap<>();
        alerts.forEach(alert -> byId.putIfAbsent(alert.alertId(), alert));
        return byId;
    }

    private static OracleAlert content(RaisedAlert alert) {
        return new OracleAlert(
                alert.ruleId(), alert.subject(), alert.eventIds(), alert.startedAtMs(), alert.detectedAtMs());
    }

    private static String text(OracleAlert alert) {
        return alert.ruleId() + " about " + alert.subject() + ", from " + Instant.ofEpochMilli(alert.startedAtMs())
                + " to " + Instant.ofEpochMilli(alert.detectedAtMs()) + ", events " + alert.eventIds();
    }

    private static String place(TopicEvent record) {
        return "partition " + record.partition() + ", offset " + record.offset();
    }

    private static String place(StoredRow row) {
        return "shard " + row.shard() + " from partition " + row.partition() + ", offset " + row.offset();
    }
}
