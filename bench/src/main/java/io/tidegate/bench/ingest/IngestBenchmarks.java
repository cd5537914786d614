package io.tidegate.bench.ingest;

import io.tidegate.bench.Benchmark;
import io.tidegate.bench.Benchmark.Figure;
import io.tidegate.bench.Benchmark.Target;
import io.tidegate.bench.Sample;
import io.tidegate.bench.load.GrpcLoad;
import io.tidegate.bench.load.HttpLoad;
import io.tidegate.bench.node.NodePeer;
import io.tidegate.bench.process.Child;
import io.tidegate.bench.process.Cpu;
import io.tidegate.bench.service.Broker;
import io.tidegate.bench.service.Digest;
import io.tidegate.bench.service.GatewayUnderTest;
import io.tidegate.bench.service.Ports;
import io.tidegate.bench.workload.BetEvents;
import io.tidegate.bench.workload.Workload;
import io.tidegate.contracts.Topics;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/** I1 to I3: events over HTTP into the log. */
public final class IngestBenchmarks {

    private static final String PATH = "/api/v1/events";

    private IngestBenchmarks() {}

    public static List<Benchmark> all() {
        return List.of(
                new Benchmark(
                        "I1",
                        "HTTP batches of 100 into the log / Kafka's own producer perf test, same records",
                        Figure.RATE,
                        Target.atLeast(0.7),
                        "ingest-batches",
                        true,
                        load -> () -> throughGateway(load, false),
                        load -> () -> byPerfTest(load)),
                new Benchmark(
                        "I2",
                        "one-event requests through the gateway / a bare Vert.x handler that answers 200",
                        Figure.RATE,
                        Target.atLeast(0.8),
                        "ingest-single",
                        true,
                        load -> () -> requests(throughGateway(load, false)),
                        load -> () -> byBareHandler(load)),
                new Benchmark(
                        "I3",
                        "HTTP batches of 100 through the gateway / through NestJS and kafkajs",
                        Figure.RATE,
                        Target.atLeast(10),
                        "ingest-peers",
                        true,
                        load -> () -> throughGateway(load, true),
                        load -> () -> throughNest(load)),
                // No target is set for it; about as good as HTTP is what it should be.
                new Benchmark(
                        "I4",
                        "a batch of 100 over gRPC / over HTTP, at fixed times: p99 of the answer",
                        Figure.VALUE_RATIO,
                        Target.atMost(1.2),
                        "ingest-open",
                        true,
                        load -> () -> atFixedTimes(load, true),
                        load -> () -> atFixedTimes(load, false)));
    }

    private static BetEvents bets(Workload load) {
        // Within what the gateway takes for a possible time.
        return new BetEvents(
                load.number("users"), load.number("padding"), System.currentTimeMillis() - TimeUnit.HOURS.toMillis(12));
    }

    private static Child loader(Workload load, BetEvents bets, int port, String token) throws IOException {
        return Child.start(
                HttpLoad.class,
                port,
                PATH,
                token,
                load.number("connections"),
                load.number("batch"),
                load.number("distinct"),
                bets.users(),
                bets.padding(),
                bets.occurredAtMs());
    }

    /** Whatever the day: the events differ in nothing but their times, and those don't count. */
    private static Digest digest(Broker broker, Map<TopicPartition, Long> from, BetEvents bets) {
        Digest digest = new Digest();
        broker.eventsSince(from, record -> digest.event(record, bets.occurredAtMs()));
        return digest;
    }

    private static Sample throughGateway(Workload load, boolean keysOnly) throws Exception {
        Broker broker = Broker.get();
        Map<TopicPartition, Long> before = broker.ends(Topics.EVENTS);
        BetEvents bets = bets(load);
        Sample taken;
        try (GatewayUnderTest gateway = GatewayUnderTest.start(broker);
                Child loader = loader(load, bets, gateway.port(), gateway.token("bench", "producer"))) {
            taken = measured(load, loader, Cpu::here);
        }
        Digest digest = digest(broker, before, bets);
        long sent = (long) (load.number("warmUp") + load.number("requests")) * load.number("batch");
        if (digest.records() != sent) {
            throw new IllegalStateException(
                    sent + " events were sent and answered, " + digest.records() + " are in the log");
        }
        return taken.withContents(keysOnly ? digest.keys() : digest.contents());
    }

    private static Sample measured(Workload load, Child loader, Supplier<Cpu.Reading> clocks) throws IOException {
        loader.ask("closed " + load.number("warmUp"));
        int requests = load.number("requests");
        Cpu.Reading cpu = clocks.get();
        long wall = Long.parseLong(loader.ask("closed " + requests));
        return new Sample(
                (long) requests * load.number("batch"), clocks.get().since(cpu), wall, requests + " requests answered");
    }

    /** From when a request was due until its answer. */
    private static Sample atFixedTimes(Workload load, boolean grpc) throws Exception {
        Broker broker = Broker.get();
        BetEvents bets = bets(load);
        try (GatewayUnderTest gateway = GatewayUnderTest.start(broker);
                Child loader = grpc
                        ? Child.start(
                                GrpcLoad.class,
                                gateway.grpcPort(),
                                gateway.token("bench", "producer"),
                                load.number("batch"),
                                load.number("distinct"),
                                bets.users(),
                                bets.padding(),
                                bets.occurredAtMs())
                        : loader(load, bets, gateway.port(), gateway.token("bench", "producer"))) {
            int rate = load.number("rate");
            loader.ask("open " + rate + " " + load.number("warmUpSeconds"));
            int seconds = load.number("seconds");
            Cpu.Reading cpu = Cpu.here();
            long wall = System.nanoTime();
            String[] micros = loader.ask("open " + rate + " " + seconds).split(" ");
            return new Sample(
                    (long) rate * seconds * load.number("batch"),
                    Cpu.here().since(cpu),
                    System.nanoTime() - wall,
                    List.of(Double.parseDouble(micros[2]) / 1_000),
                    rate * seconds + " requests answered");
        }
    }

    /** The gateway's side has checked the log; what both sides share is that each request was answered with 2xx. */
    private static Sample requests(Sample stored) {
        return stored.withContents(stored.events() + " requests answered");
    }

    private static Sample byPerfTest(Workload load) throws Exception {
        Broker broker = Broker.get();
        Map<TopicPartition, Long> before = broker.ends(Topics.EVENTS);
        BetEvents bets = bets(load);
        int distinct = load.number("distinct") * load.number("batch");
        PerfTest.run(broker.bootstrapServers(), bets, distinct, load.number("warmUp") * load.number("batch"));
        int records = load.number("requests") * load.number("batch");
        Cpu.Reading cpu = Cpu.here();
        long wall = System.nanoTime();
        PerfTest.run(broker.bootstrapServers(), bets, distinct, records);
        Cpu.Spent spent = Cpu.here().since(cpu);
        long wallNanos = System.nanoTime() - wall;
        return new Sample(
                records, spent, wallNanos, digest(broker, before, bets).contents());
    }

    private static Sample byBareHandler(Workload load) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            // As many instances as the gateway has, each on an event loop of its own.
            int instances = Runtime.getRuntime().availableProcessors();
            int port = Ports.free();
            for (int i = 0; i < instances; i++) {
                HttpServer server = vertx.createHttpServer(
                                new HttpServerOptions().setHost("127.0.0.1").setPort(port))
                        .requestHandler(request -> request.body()
                                .onSuccess(body -> request.response().end("ok"))
                                .onFailure(lost -> request.connection().close()));
                server.listen().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
            }
            try (Child loader = loader(load, bets(load), port, "none")) {
                return requests(measured(load, loader, Cpu::here));
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
        }
    }

    private static Sample throughNest(Workload load) throws Exception {
        Broker broker = Broker.get();
        Map<TopicPartition, Long> before = broker.ends(Topics.EVENTS);
        BetEvents bets = bets(load);
        Sample taken;
        try (NodePeer nest = NodePeer.start("nest-gateway", broker.bootstrapServers());
                Child loader = loader(load, bets, nest.port(), "none")) {
            taken = measured(load, loader, () -> Cpu.of("node", nest.pid()));
        }
        Digest digest = new Digest();
        broker.eventsSince(before, record -> digest.add(record.key(), record.value()));
        return taken.withContents(digest.keys());
    }
}
