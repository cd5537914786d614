package io.tidegate.bench.alerting;

import io.tidegate.bench.Benchmark;
import io.tidegate.bench.Benchmark.Shared;
import io.tidegate.bench.Benchmark.Target;
import io.tidegate.bench.Sample;
import io.tidegate.bench.process.Child;
import io.tidegate.bench.process.Cpu;
import io.tidegate.bench.service.Broker;
import io.tidegate.bench.service.GatewayUnderTest;
import io.tidegate.bench.stream.FlinkJob;
import io.tidegate.bench.workload.Workload;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.fraud.FraudJob;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.core.execution.CheckpointingMode;

/** E1 and E2: from a bet that is due to be sent to its alert. Gateway and job run in one JVM, the broker and the client beside it. */
public final class AlertingBenchmarks {

    private static final AtomicInteger RUNS = new AtomicInteger();

    private AlertingBenchmarks() {}

    public static List<Benchmark> all() {
        return List.of(
                latency("E1-p50", "POST to alert on the socket, open loop: p50, ms", 10, 0),
                latency("E1-p95", "POST to alert on the socket, open loop: p95, ms", 25, 1),
                latency("E1-p99", "POST to alert on the socket, open loop: p99, ms", 45, 2),
                latency("E2", "POST to committed alert on the topic: p99 less the checkpoint interval, ms", 100, 3));
    }

    private static Benchmark latency(String id, String what, double target, int index) {
        return Benchmark.value(
                id,
                what,
                Target.atMost(target),
                "alert-latency",
                new Shared("alert-latency", index),
                load -> () -> measure(load));
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
            String how = " " + load.number("rate") + " " + load.number("load");
            client.ask("measure " + run + "w " + load.number("warmUp") + how);
            job.check();
            int samples = load.number("samples");
            long cpu = Cpu.nanos();
            long wall = System.nanoTime();
            List<Double> ms = Stream.of(
                            client.ask("measure " + run + "m " + samples + how).split(" "))
                    .map(micros -> Double.parseDouble(micros) / 1_000)
                    .toList();
            return new Sample(
                    samples,
                    Cpu.nanos() - cpu,
                    System.nanoTime() - wall,
                    List.of(ms.get(0), ms.get(1), ms.get(2), ms.get(3) - load.number("checkpointMs")),
                    samples + " alerts, each on the socket and committed");
        }
    }
}
