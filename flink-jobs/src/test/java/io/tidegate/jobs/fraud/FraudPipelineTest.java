package io.tidegate.jobs.fraud;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.DetectionTime;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.jobs.source.SourceRecordTypeInfo;
import io.tidegate.jobs.source.TestStreams;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleAlert;
import io.tidegate.replay.oracle.OracleEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole pipeline against the oracle, which reads the same events by brute force. */
class FraudPipelineTest {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    private enum Form {
        COMPILED,
        COMPILED_BY_OCCURRED_TIME,
        CEP
    }

    @ParameterizedTest
    @CsvSource({"COMPILED, 1", "COMPILED, 2", "COMPILED_BY_OCCURRED_TIME, 2", "CEP, 1", "CEP, 2"})
    void itRaisesTheAlertsOfTheOracleAndNoOthers(Form form, int parallelism) throws Exception {
        List<OracleEvent> events = RandomStreams.of(
                LongStream.range(0, 6).map(seed -> 100 * parallelism + seed).toArray());
        List<OracleAlert> expected = Oracle.alerts(events);

        List<Alert> alerts = run(Arrivals.records(events), RuleSet.defaults(), form, parallelism);

        assertThat(asOracle(alerts)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(alerts).extracting(Alert::getAlertId).doesNotHaveDuplicates();
        assertThat(expected.stream().collect(Collectors.groupingBy(OracleAlert::ruleId, Collectors.counting())))
                .as("what the streams hold")
                .hasSize(8)
                .allSatisfy((rule, count) -> assertThat(count).as(rule).isGreaterThanOrEqualTo(10));
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aDisabledRuleRaisesNothingAndAChangedOneSaysItsVersion(Form form, @TempDir Path directory) throws Exception {
        RuleSet rules = RuleSet.load(Optional.of(Files.writeString(directory.resolve("rules.yaml"), """
                rules:
                  country-hop: {enabled: false}
                  deposit-cycle: {enabled: false}
                  shared-device: {version: 3, thresholds: {users: 2}}
                """)));
        List<OracleEvent> events = RandomStreams.of(7);
        List<OracleAlert> others = Oracle.alerts(events).stream()
                .filter(alert -> !List.of("country-hop", "deposit-cycle", "shared-device")
                        .contains(alert.ruleId()))
                .toList();

        List<Alert> alerts = run(Arrivals.records(events), rules, form, 1);

        List<Alert> changed = alerts.stream()
                .filter(alert -> alert.getRuleId().equals("shared-device"))
                .toList();
        assertThat(changed)
                .isNotEmpty()
                .allSatisfy(alert -> assertThat(alert.getRuleVersion()).isEqualTo(3))
                .allSatisfy(alert -> assertThat(alert.getEventIdsList()).hasSize(2));
        assertThat(asOracle(alerts))
                .filteredOn(alert -> !alert.ruleId().equals("shared-device"))
                .containsExactlyInAnyOrderElementsOf(others);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void tenantsThatNameTheirUsersAndEventsAlikeAreApart(Form form) throws Exception {
        // Given the same stream twice, of two tenants, event by event
        List<OracleEvent> events = RandomStreams.of(11);
        List<SourceRecord<Event>> records = new ArrayList<>();
        for (SourceRecord<Event> record : Arrivals.records(events)) {
            for (String tenant : List.of("acme", "globex")) {
                records.add(new SourceRecord<>(
                        record.partition(),
                        2 * record.offset() + (tenant.equals("acme") ? 0 : 1),
                        record.appendedAtMs(),
                        record.message().toBuilder().setTenant(tenant).build(),
                        null));
            }
        }

        List<Alert> alerts = run(records, RuleSet.defaults(), form, 1);

        // Then each has the alerts of its own stream, none is made of both, and no id is that of two
        List<OracleAlert> expected = Oracle.alerts(events);
        assertThat(expected).isNotEmpty();
        for (String tenant : List.of("acme", "globex")) {
            assertThat(asOracle(alerts.stream()
                            .filter(alert -> alert.getTenant().equals(tenant))
                            .toList()))
                    .as(tenant)
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
        assertThat(alerts).hasSize(2 * expected.size());
        assertThat(alerts).extracting(Alert::getAlertId).doesNotHaveDuplicates();
        assertThat(alerts).extracting(Alert::getMessage).noneMatch(message -> message.indexOf('\0') >= 0);
    }

    @Test
    void nothingInStreamsOrStateIsLeftToAGenericSerializer() {
        assertThat(List.of(
                        TypeInformation.of(SubjectEvent.class),
                        TypeInformation.of(WageredTotal.class),
                        TypeInformation.of(MatchStarts.class)))
                .allSatisfy(type -> assertThat(type).isInstanceOf(PojoTypeInfo.class))
                .allSatisfy(type -> assertThat(type.toString()).doesNotContain("GenericType"));
        assertThat(TypeInformation.of(FraudEvent.class)).isEqualTo(FraudEvent.TYPE);
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

    private static List<Alert> run(List<SourceRecord<Event>> records, RuleSet rules, Form form, int parallelism)
            throws Exception {
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
        DataStream<Alert> defined =
                switch (form) {
                    case COMPILED -> compiled(env, events, rules, DetectionTime.APPEND);
                    case COMPILED_BY_OCCURRED_TIME -> compiled(env, events, rules, DetectionTime.OCCURRED);
                    case CEP -> FraudPipeline.defineByCep(events, rules, Duration.ofDays(1));
                };
        try (CloseableIterator<Alert> results = defined.executeAndCollect("fraud")) {
            results.forEachRemaining(alerts::add);
        }
        return alerts;
    }

    private static DataStream<Alert> compiled(
            StreamExecutionEnvironment env, DataStream<SourceRecord<Event>> events, RuleSet rules, DetectionTime time) {
        return FraudPipeline.define(events, rules, TestStreams.rules(env, rules), time, Duration.ofDays(1));
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
