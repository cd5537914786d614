package io.tidegate.jobs.fraud;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.jobs.source.SourceRecordTypeInfo;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleAlert;
import io.tidegate.replay.oracle.OracleEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The whole pipeline against the oracle, which reads the same events by brute force. */
class FraudPipelineTest {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @Test
    void itRaisesTheAlertsOfTheOracleAndNoOthers() throws Exception {
        Map<String, Integer> perRule = new HashMap<>();
        for (long seed = 1; seed <= 8; seed++) {
            List<OracleEvent> events = RandomStreams.of(seed);
            List<OracleAlert> expected = Oracle.alerts(events);

            List<Alert> alerts = run(Arrivals.records(events), RuleSet.defaults(), seed % 2 == 0 ? 2 : 1);

            assertThat(asOracle(alerts)).as("seed " + seed).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(alerts).as("seed " + seed).extracting(Alert::getAlertId).doesNotHaveDuplicates();
            expected.forEach(alert -> perRule.merge(alert.ruleId(), 1, Integer::sum));
        }
        assertThat(perRule).hasSize(8).allSatisfy((rule, count) -> assertThat(count)
                .isGreaterThanOrEqualTo(10));
    }

    static List<OracleAlert> asOracle(List<Alert> alerts) {
        return alerts.stream()
                .map(alert -> new OracleAlert(
                        alert.getRuleId(),
                        alert.getSubject(),
                        alert.getEventIdsList(),
                        alert.getStartedAtMs(),
                        alert.getDetectedAtMs()))
                .toList();
    }

    private static List<Alert> run(List<SourceRecord<Event>> records, RuleSet rules, int parallelism) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(parallelism);
        var events = env.fromData(records, new SourceRecordTypeInfo<>(Event.class))
                .setParallelism(1)
                .assignTimestampsAndWatermarks(
                        WatermarkStrategy.<SourceRecord<Event>>forGenerator(context -> new AfterEachRecord())
                                .withTimestampAssigner((record, timestamp) -> record.appendedAtMs()))
                .setParallelism(1);
        List<Alert> alerts = new ArrayList<>();
        try (CloseableIterator<Alert> results =
                FraudPipeline.define(events, rules, Duration.ofDays(1)).executeAndCollect("fraud")) {
            results.forEachRemaining(alerts::add);
        }
        return alerts;
    }

    /** As close behind as equal times allow, so that matches and clean-up happen while the stream runs. */
    private static final class AfterEachRecord implements WatermarkGenerator<SourceRecord<Event>> {

        @Override
        public void onEvent(SourceRecord<Event> record, long timestampMs, WatermarkOutput output) {
            output.emitWatermark(new Watermark(timestampMs - 1));
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            // Each record has said it already.
        }
    }
}
