package io.tidegate.jobs.fraud;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.replay.oracle.OracleEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The compiled form of each rule raises the very alerts that Flink CEP raises, on random streams under random rules. */
class FormsAgreeTest {

    private static final int SEEDS = 30;
    private static final int EVENTS = 300;

    private static final Comparator<Alert> ORDER = Comparator.comparing(Alert::getRuleId)
            .thenComparing(Alert::getSubject)
            .thenComparing(Alert::getDetectedAtMs);

    @Test
    void bothFormsRaiseTheSameAlerts() throws Exception {
        Map<String, Integer> found = new TreeMap<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            SmallStreams streams = new SmallStreams(seed);
            List<Rule> rules = streams.rules();
            List<OracleEvent> events = streams.events(EVENTS);
            List<Alert> expected = byCep(rules, events);

            assertThat(compiled(rules, events, SubjectDetection.Order.ARRIVAL))
                    .as("seed %d, on arrival", seed)
                    .containsExactlyElementsOf(expected);
            assertThat(compiled(rules, events, SubjectDetection.Order.WATERMARK))
                    .as("seed %d, by watermark", seed)
                    .containsExactlyElementsOf(expected);
            assertThat(interleaved(rules, events, new Random(seed)))
                    .as("seed %d, partitions ahead of each other", seed)
                    .containsExactlyElementsOf(expected);
            expected.forEach(alert -> found.merge(alert.getRuleId(), 1, Integer::sum));
        }
        assertThat(found)
                .as("the streams are made so that matches are frequent")
                .hasSize(8);
        assertThat(found.values()).allSatisfy(count -> assertThat(count).isGreaterThan(10));
    }

    private static List<Alert> byCep(List<Rule> rules, List<OracleEvent> events) throws Exception {
        List<Alert> alerts = new ArrayList<>();
        for (Rule rule : rules) {
            try (CepHarness harness = CepHarness.unbraked(rule)) {
                alerts.addAll(harness.feed(events).alerts());
            }
        }
        alerts.sort(ORDER);
        return alerts;
    }

    private static List<Alert> compiled(List<Rule> rules, List<OracleEvent> events, SubjectDetection.Order order)
            throws Exception {
        try (CompiledHarness harness = CompiledHarness.of(rules, order)) {
            return harness.feed(events).alerts().stream().sorted(ORDER).toList();
        }
    }

    /** Partitions are read at their own pace; the watermark follows the slowest. */
    private static List<Alert> interleaved(List<Rule> rules, List<OracleEvent> events, Random random) throws Exception {
        Map<Integer, Deque<SourceRecord<Event>>> partitions = new TreeMap<>();
        for (SourceRecord<Event> record : Arrivals.records(events)) {
            partitions
                    .computeIfAbsent(record.partition(), partition -> new ArrayDeque<>())
                    .add(record);
        }
        try (CompiledHarness harness = CompiledHarness.of(rules, SubjectDetection.Order.WATERMARK)) {
            while (!partitions.isEmpty()) {
                List<Integer> left = new ArrayList<>(partitions.keySet());
                int partition = left.get(random.nextInt(left.size()));
                Deque<SourceRecord<Event>> records = partitions.get(partition);
                for (int i = random.nextInt(20); i >= 0 && !records.isEmpty(); i--) {
                    SourceRecord<Event> record = records.removeFirst();
                    harness.arrive(FraudEvent.of(record, record.appendedAtMs()));
                }
                partitions.values().removeIf(Deque::isEmpty);
                partitions.values().stream()
                        .mapToLong(queue -> queue.getFirst().appendedAtMs() - 1)
                        .min()
                        .ifPresent(watermark -> moveTo(harness, watermark));
            }
            harness.watermark(events.get(events.size() - 1).timeMs());
            assertThat(harness.late()).isEmpty();
            return harness.alerts().stream().sorted(ORDER).toList();
        }
    }

    private static void moveTo(CompiledHarness harness, long watermarkMs) {
        try {
            harness.watermark(watermarkMs);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
