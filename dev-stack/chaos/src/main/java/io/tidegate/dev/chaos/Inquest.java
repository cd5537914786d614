package io.tidegate.dev.chaos;

import io.tidegate.dev.chaos.listen.AlertListener;
import io.tidegate.dev.chaos.load.Fate;
import io.tidegate.dev.chaos.load.SentEvent;
import io.tidegate.dev.chaos.load.SentEvents;
import io.tidegate.dev.chaos.oracle.Evidence;
import io.tidegate.dev.chaos.oracle.Evidence.Listened;
import io.tidegate.dev.chaos.oracle.Judge;
import io.tidegate.dev.chaos.oracle.Verdict;
import io.tidegate.dev.chaos.platform.RaisedAlert;
import io.tidegate.dev.chaos.platform.StoreReader;
import io.tidegate.dev.chaos.platform.StoredRow;
import io.tidegate.dev.chaos.platform.TopicEvent;
import io.tidegate.dev.chaos.platform.TopicReader;
import io.tidegate.dev.chaos.platform.TopicReader.EventLogOfTopic;
import io.tidegate.dev.cluster.Cluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** After the load: waits until the platform has caught up, gathers the evidence and has it judged. */
public final class Inquest {

    private static final Duration CATCH_UP_LIMIT = Duration.ofMinutes(5);
    private static final Duration POLL = Duration.ofSeconds(1);
    /** Commits, panes and a listener's last alerts come within a few seconds of each other. */
    private static final Duration SETTLE = Duration.ofSeconds(8);
    /** What is only late is there the next time; what is wrong stays wrong. */
    private static final int HEARINGS = 3;

    private final StoreReader stores;
    private final List<AlertListener> listeners;
    private final Path eventLog;
    private final TopicReader topics;
    private final Consumer<String> out;

    public Inquest(
            Cluster cluster, StoreReader stores, List<AlertListener> listeners, Path eventLog, Consumer<String> out) {
        this.stores = stores;
        this.listeners = listeners;
        this.eventLog = eventLog;
        this.topics = new TopicReader(cluster.kafkaClient());
        this.out = out;
    }

    /**
     * @param records on topic {@code events}, repeats included, ticks not
     * @param systemAlerts what the platform said about itself; only compared between topic, table and listeners
     */
    public record Findings(
            Verdict verdict,
            long sent,
            long acknowledged,
            long ambiguous,
            long refused,
            long records,
            long rows,
            long windows,
            long alerts,
            long systemAlerts,
            long appendTimeWentBack,
            List<String> listeners) {}

    public Findings conclude() throws IOException, InterruptedException {
        Map<String, SentEvent> sent = SentEvents.read(eventLog);
        EventLogOfTopic topic = topics.events();
        long expected =
                topic.events().stream().map(TopicEvent::eventId).distinct().count();
        out.accept(
                "On the topic: " + topic.events().size() + " records of " + expected + " events; waiting for the rows");
        awaitRows(expected);
        Findings findings = null;
        for (int hearing = 1; hearing <= HEARINGS; hearing++) {
            TimeUnit.MILLISECONDS.sleep(SETTLE.toMillis());
            findings = hear(sent, topic);
            if (findings.verdict().isClean()) {
                break;
            }
            out.accept(
                    "Not everything is as it must be" + (hearing < HEARINGS ? "; looking again, it may be late" : ""));
        }
        return findings;
    }

    private void awaitRows(long expected) throws InterruptedException {
        long deadline = System.nanoTime() + CATCH_UP_LIMIT.toNanos();
        long rows = -1;
        while (rows < expected && System.nanoTime() < deadline) {
            try {
                rows = stores.countEvents()[0];
            } catch (IOException e) {
                out.accept("! the rows can't be counted: " + e.getMessage());
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
        out.accept(rows + " rows are stored");
    }

    private Findings hear(Map<String, SentEvent> sent, EventLogOfTopic topic) throws IOException {
        List<StoredRow> rows = new ArrayList<>(topic.events().size());
        stores.events(rows::add);
        List<RaisedAlert> alerts = topics.alerts();
        List<Listened> listened = listeners.stream()
                .map(one -> new Listened(one.name(), one.heard(), one.gaps(), one.end()))
                .toList();
        Evidence evidence = new Evidence(
                sent,
                topic.events(),
                topic.aliveUntilMs(),
                rows,
                stores.countEvents()[1],
                stores.eventCounts(),
                stores.postActivity(),
                stores.betStats(),
                alerts,
                stores.alerts(),
                listened);
        out.accept("Judging " + sent.size() + " events, " + rows.size() + " rows, " + alerts.size() + " alerts, "
                + listened.size() + " listeners");
        Verdict verdict = Judge.judge(evidence);
        return new Findings(
                verdict,
                sent.size(),
                count(sent, Fate.ACKNOWLEDGED),
                count(sent, Fate.AMBIGUOUS),
                count(sent, Fate.REFUSED),
                topic.events().size(),
                rows.size(),
                evidence.eventCounts().size()
                        + evidence.postActivity().size()
                        + evidence.betStats().size(),
                alerts.size(),
                alerts.stream().filter(alert -> alert.kind().equals("system")).count(),
                topic.timeWentBack(),
                listeners.stream()
                        .map(one -> one.name() + ": " + one.heard().size() + " alerts, " + one.interruptions()
                                + " interruptions")
                        .toList());
    }

    private static long count(Map<String, SentEvent> sent, Fate fate) {
        return sent.values().stream().filter(event -> event.fate() == fate).count();
    }
}
