package io.tidegate.bench.stream;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.bench.Benchmark;
import io.tidegate.bench.Benchmark.Figure;
import io.tidegate.bench.Benchmark.Target;
import io.tidegate.bench.Sample;
import io.tidegate.bench.process.Child;
import io.tidegate.bench.process.Cpu;
import io.tidegate.bench.service.Broker;
import io.tidegate.bench.service.Directories;
import io.tidegate.bench.workload.Workload;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.aggregation.AggregationPipeline;
import io.tidegate.jobs.aggregation.AggregationSettings;
import io.tidegate.jobs.fraud.FraudJob;
import io.tidegate.jobs.fraud.FraudPipeline;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.rules.RuleUpdates;
import io.tidegate.jobs.source.TopicSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.kafka.common.TopicPartition;

/** F1, F4, F5, G1 and G2: whole jobs between topics. */
public final class StreamBenchmarks {

    private static final long SEED = 42;
    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

    /** A run's users are nobody else's, though several runs may share a broker. */
    private static final AtomicInteger RUNS = new AtomicInteger();

    /**
     * What is measured.
     *
     * @param group under which it commits its places
     * @param remembers whether it finds its state again by that
     */
    private record Subject(String group, boolean remembers, Start start) {

        /** Without any state. */
        Subject anew() {
            return remembers ? new Subject(group + '-' + RUNS.incrementAndGet(), true, start) : this;
        }

        RunningJob start(Broker broker, Workload load) throws Exception {
            return start.of(broker, load, group);
        }

        static Subject flink(
                String group, CheckpointingMode mode, BiConsumer<StreamExecutionEnvironment, JobConfig> topology) {
            return new Subject(
                    group,
                    false,
                    (broker, load, its) -> FlinkJob.start(
                            load.number("parallelism"),
                            Duration.ofMillis(load.number("checkpointMs")),
                            mode,
                            env -> topology.accept(
                                    env, JobConfig.of(broker.bootstrapServers(), ClickHouseConfig.local(NOWHERE)))));
        }
    }

    private interface Start {
        RunningJob of(Broker broker, Workload load, String group) throws Exception;
    }

    private static final Subject FRAUD =
            Subject.flink("tidegate-fraud", CheckpointingMode.EXACTLY_ONCE, new FraudJob()::define);

    private static final Subject AT_LEAST_ONCE =
            Subject.flink("tidegate-fraud", CheckpointingMode.AT_LEAST_ONCE, StreamBenchmarks::atLeastOnce);

    private static final Subject WINDOWS =
            Subject.flink("tidegate-windows", CheckpointingMode.EXACTLY_ONCE, StreamBenchmarks::windows);

    private static final Subject DISCARDING =
            Subject.flink("tidegate-discarding", CheckpointingMode.EXACTLY_ONCE, StreamBenchmarks::discarding);

    private static final Subject ONE_RULE =
            Subject.flink("tidegate-fraud", CheckpointingMode.EXACTLY_ONCE, (env, config) -> new FraudJob()
                    .define(env, config.withRulesFile(onlyProbeThenStrike())));

    private static final Subject STREAMS = new Subject("bench-streams", true, StreamsJob::start);

    private StreamBenchmarks() {}

    public static List<Benchmark> all() {
        return List.of(
                new Benchmark(
                        "F1",
                        "whole fraud job with all its rules / the same Kafka source with a discarding sink",
                        Figure.RATE,
                        Target.atLeast(0.6),
                        "jobs",
                        true,
                        load -> () -> run(load, FRAUD, "users", false),
                        load -> () -> run(load, DISCARDING, "users", false)),
                new Benchmark(
                        "F1-windows",
                        "the aggregation job's windows alone / the same Kafka source with a discarding sink",
                        Figure.RATE,
                        Target.atLeast(0.85),
                        "jobs",
                        true,
                        load -> () -> run(load, WINDOWS, "users", false),
                        load -> () -> run(load, DISCARDING, "users", false)),
                new Benchmark(
                        "F5",
                        "fraud job exactly once / at least once, a checkpoint a second",
                        Figure.RATE,
                        Target.atLeast(0.97),
                        "jobs",
                        true,
                        load -> () -> run(load, FRAUD, "users", true),
                        load -> () -> run(load, AT_LEAST_ONCE, "users", true)),
                new Benchmark(
                        "G2-keys",
                        "fraud job's cost per event with many users / with few",
                        Figure.COST,
                        Target.atMost(1.5),
                        "jobs-keys",
                        true,
                        load -> () -> run(load, FRAUD, "users", false),
                        load -> () -> run(load, FRAUD, "fewUsers", false)),
                new Benchmark(
                        "G2-rules",
                        "fraud job's cost per event with all its rules / with one",
                        Figure.COST,
                        Target.atMost(3),
                        "jobs",
                        true,
                        load -> () -> run(load, FRAUD, "users", false),
                        load -> () -> run(load, ONE_RULE, "users", false)),
                new Benchmark(
                        "F4",
                        "fraud job with one rule / the same job on Kafka Streams",
                        Figure.RATE,
                        Target.atLeast(2),
                        "jobs",
                        true,
                        load -> () -> run(load, ONE_RULE, "users", true),
                        load -> () -> run(load, STREAMS, "users", true)),
                new Benchmark(
                        "G1",
                        "fraud job's CPU per event at ten times the load / at one",
                        Figure.COST,
                        Target.atMost(1),
                        "jobs-load",
                        false,
                        load -> () -> atRate(load, 10),
                        load -> () -> atRate(load, 1)));
    }

    private static void discarding(StreamExecutionEnvironment env, JobConfig config) {
        TopicSource.eventsForDetection(env, config, "discarding").records().sinkTo(new DiscardingSink<>());
    }

    private static void windows(StreamExecutionEnvironment env, JobConfig config) {
        AggregationPipeline.Outputs outputs = AggregationPipeline.define(
                TopicSource.eventsForDetection(env, config, "windows").records(),
                config.deduplicationHorizon(),
                AggregationSettings.DEFAULTS);
        outputs.eventCounts().sinkTo(new DiscardingSink<>());
        outputs.postActivity().sinkTo(new DiscardingSink<>());
        outputs.betStats().sinkTo(new DiscardingSink<>());
        outputs.counters().sinkTo(new DiscardingSink<>());
    }

    /** The same job, its barriers not aligned and its alerts not in transactions. */
    private static void atLeastOnce(StreamExecutionEnvironment env, JobConfig config) {
        RuleSet rules = RuleSet.start(config);
        DataStream<Alert> alerts = FraudPipeline.define(
                TopicSource.eventsForDetection(env, config, "fraud").records(),
                rules,
                RuleUpdates.of(env, config),
                config.detectionTime(),
                config.deduplicationHorizon());
        alerts.sinkTo(PlainAlerts.sink(config.kafkaBootstrapServers())).uid("plain-alerts");
    }

    /** The others stay wired and raise nothing. */
    private static Path onlyProbeThenStrike() {
        String rules = RuleSet.defaults().all().stream()
                .map(Rule::id)
                .filter(id -> !id.equals(StreamsJob.RULE))
                .map(id -> "  " + id + ": {enabled: false}\n")
                .collect(Collectors.joining("", "rules:\n", ""));
        try {
            return Files.writeString(Directories.temporary("rules", () -> {}).resolve("rules.yaml"), rules);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Events come at a rate, from a process of their own, whatever the job does. */
    public static Sample atRate(Workload load, int times) throws Exception {
        Broker broker = Broker.get();
        String run = "run" + RUNS.incrementAndGet() + "-user-";
        int rate = load.number("rate") * times;
        try (Child feed = Child.start(
                        EventFeed.class,
                        broker.bootstrapServers(),
                        run,
                        load.number("users"),
                        load.number("strikesPer"));
                RunningJob job = FRAUD.start(broker, load);
                Consumed consumed = new Consumed(broker, FRAUD.group(), job::check)) {
            feed.ask("feed " + rate + " " + load.number("warmUpSeconds"));
            consumed.await(broker.ends(Topics.EVENTS));
            int seconds = load.number("seconds");
            Cpu.Reading cpu = Cpu.here();
            long wall = System.nanoTime();
            feed.ask("feed " + rate + " " + seconds);
            consumed.await(broker.ends(Topics.EVENTS));
            long events = (long) rate * seconds;
            return new Sample(events, Cpu.here().since(cpu), System.nanoTime() - wall, events + " events");
        }
    }

    /**
     * Lets a job run that isn't measured, so that what is measured is compiled code, and begins anew: the state of so many events more would be
     * in each of its checkpoints.
     */
    private static void warmUp(Workload load, Subject subject, Broker broker, TopicEvents events) throws Exception {
        events.write(load.number("warmUp"));
        events.reveal();
        Subject warm = subject.anew();
        try (RunningJob job = warm.start(broker, load);
                Consumed consumed = new Consumed(broker, warm.group(), job::check)) {
            consumed.await(events.ends());
        }
        broker.forgetEvents();
        events.write(load.number("settle"));
        events.reveal();
    }

    private static Sample run(Workload load, Subject subject, String users, boolean alertsToo) throws Exception {
        Broker broker = Broker.get();
        String run = "run" + RUNS.incrementAndGet() + "-user-";
        try (TopicEvents events =
                new TopicEvents(broker, new RandomEvents(run, load.number(users), load.number("strikesPer"), SEED))) {
            warmUp(load, subject, broker, events);
            Map<TopicPartition, Long> alertsBefore = broker.ends(Topics.ALERTS);
            Subject fresh = subject.anew();
            int measured = load.number("events");
            Cpu.Spent spent;
            long wallNanos;
            try (RunningJob job = fresh.start(broker, load);
                    Consumed consumed = new Consumed(broker, fresh.group(), job::check)) {
                consumed.await(events.ends());
                events.write(measured);
                Cpu.Reading cpu = Cpu.here();
                long wall = System.nanoTime();
                events.reveal();
                consumed.await(events.ends());
                spent = Cpu.here().since(cpu);
                wallNanos = System.nanoTime() - wall;
            }
            String contents = measured + " events";
            if (subject != DISCARDING && subject != WINDOWS) {
                TreeSet<String> alerts = alerts(broker, alertsBefore, run);
                if (alerts.isEmpty()) {
                    throw new IllegalStateException("no alert: nothing was detected, so nothing measured");
                }
                if (alertsToo) {
                    contents += ", " + alerts.size() + " alerts, " + Integer.toHexString(alerts.hashCode());
                }
            }
            return new Sample(measured, spent, wallNanos, contents);
        }
    }

    /** Rule and user of each alert about a user of this run; those about what users share wait for a watermark that nobody sends here. */
    private static TreeSet<String> alerts(Broker broker, Map<TopicPartition, Long> from, String run) {
        TreeSet<String> alerts = new TreeSet<>();
        broker.since(Topics.ALERTS, from, record -> {
            try {
                Alert alert = Alert.parseFrom(record.value());
                if (alert.getSubject().startsWith(run)) {
                    alerts.add(alert.getRuleId()
                            + ' '
                            + alert.getSubject().substring(run.length())
                            + ' '
                            + alert.getEventIdsList());
                }
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("not an alert at offset " + record.offset(), e);
            }
        });
        return alerts;
    }
}
