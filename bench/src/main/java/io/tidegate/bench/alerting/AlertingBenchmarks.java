package io.tidegate.bench.alerting;

import io.tidegate.bench.Benchmark;
import io.tidegate.bench.Benchmark.Shared;
import io.tidegate.bench.Benchmark.Target;
import io.tidegate.bench.Sample;
import io.tidegate.bench.process.Child;
import io.tidegate.bench.process.Cpu;
import io.tidegate.bench.service.Broker;
import io.tidegate.bench.service.GatewayUnderTest;
import io.tidegate.bench.stream.Consumed;
import io.tidegate.bench.stream.FlinkJob;
import io.tidegate.bench.workload.Workload;
import io.tidegate.contracts.Topics;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.fraud.FraudJob;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.core.execution.CheckpointingMode;

/** E1 and E2: from a bet that is due to be sent to its alert. Gateway and job run in one JVM, the broker and the client beside it. */
public final class AlertingBenchmarks {

    private static final AtomicInteger RUNS = new AtomicInteger();

    private AlertingBenchmarks() {}

    public static List<Benchmark> all() {
        return Stream.concat(latencies("", "open loop").stream(), latencies("-idle", "nothing else under way").stream())
                .toList();
    }

    private static List<Benchmark> latencies(String suffix, String how) {
        String workload = "alert-latency" + suffix;
        String socket = "POST to alert on the socket, " + how + ": ";
        return List.of(
                latency("E1" + suffix + "-p50", socket + "p50, ms", 10, workload, 0),
                latency("E1" + suffix + "-p95", socket + "p95, ms", 25, workload, 1),
                latency("E1" + suffix + "-p99", socket + "p99, ms", 45, workload, 2),
                latency(
                        "E2" + suffix,
                        "POST to committed alert on the topic, " + how + ": p99 less the checkpoint interval, ms",
                        100,
                        workload,
                        3));
    }

    private static Benchmark latency(String id, String what, double target, String workload, int index) {
        return Benchmark.value(
                id, what, Target.atMost(target), workload, new Shared(workload, index), load -> () -> measure(load));
    }

    /** Events a second that all of it together takes, from the first request until the job is through: it is what is full first that counts. */
    private static int capacity(Broker broker, Child client, FlinkJob job, String run, int seconds) throws Exception {
        if (seconds == 0) {
            return 0;
        }
        try (Consumed consumed = new Consumed(broker, "tidegate-fraud", job::check)) {
            consumed.await(broker.ends(Topics.EVENTS));
            long start = System.nanoTime();
            long sent = Long.parseLong(client.ask("saturate " + run + "c " + seconds));
            consumed.await(broker.ends(Topics.EVENTS));
            return Math.toIntExact(TimeUnit.SECONDS.toNanos(sent) / (System.nanoTime() - start));
        }
    }

    private static Sample measure(Workload load) throws Exception {
        Broker broker = Broker.get();
        String run = "latency" + RUNS.incrementAndGet();
        JobConfig config =
                JobConfig.of(broker.bootstrapServers(), ClickHouseConfig.local(URI.create("http://127.0.0.1:1")));
        try (FlinkJob job = FlinkJob.start(
                        load.number("parallelism"),
                        Duration.ofMillis(load.number("checkpointMs")),
                        CheckpointingMode.EXACTLY_ONCE,
                        env -> new FraudJob().define(env, config));
                GatewayUnderTest gateway = GatewayUnderTest.start(broker);
                Child client = Child.start(
                        AlertLatency.class,
                        gateway.port(),
                        gateway.token("bench", "producer"),
                        gateway.token("bench", "analyst"),
                        broker.bootstrapServers())) {
            client.ask("measure " + run + "w " + load.number("warmUp") + " " + load.number("rate") + " 0");
            job.check();
            int capacity = capacity(broker, client, job, run, load.number("saturateSeconds"));
            int others = capacity * load.number("loadPercent") / 100;
            String how = " " + load.number("rate") + " " + others;
            int samples = load.number("samples");
            Cpu.Reading cpu = Cpu.here();
            long wall = System.nanoTime();
            String[] answer =
                    client.ask("measure " + run + "m " + samples + how).split(" ");
            List<Double> ms = Stream.of(answer)
                    .limit(4)
                    .map(micros -> Double.parseDouble(micros) / 1_000)
                    .toList();
            return new Sample(
                    samples,
                    Cpu.here().since(cpu),
                    System.nanoTime() - wall,
                    List.of(ms.get(0), ms.get(1), ms.get(2), ms.get(3) - load.number("checkpointMs")),
                    samples + " alerts, each on the socket and committed, beside " + answer[4] + " events a second of "
                            + capacity + " that the machine can take; half of them took " + answer[5]
                            + " ms to the log at most, " + answer[6] + " in the job, " + answer[7] + " to the socket");
        }
    }
}
