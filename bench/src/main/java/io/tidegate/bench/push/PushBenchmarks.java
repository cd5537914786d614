package io.tidegate.bench.push;

import io.tidegate.bench.Benchmark;
import io.tidegate.bench.Benchmark.Figure;
import io.tidegate.bench.Benchmark.Target;
import io.tidegate.bench.Sample;
import io.tidegate.bench.node.NodePeer;
import io.tidegate.bench.process.Child;
import io.tidegate.bench.process.Cpu;
import io.tidegate.bench.service.Broker;
import io.tidegate.bench.service.GatewayUnderTest;
import io.tidegate.bench.workload.Workload;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/** W1 to W3: one message to many sockets. */
public final class PushBenchmarks {

    private PushBenchmarks() {}

    public static List<Benchmark> all() {
        return List.of(
                new Benchmark(
                        "W1",
                        "alerts from the topic to all sockets / a raw Netty broadcast of frames made once",
                        Figure.RATE,
                        Target.atLeast(0.9),
                        "fan-out",
                        true,
                        load -> () -> throughGateway(load),
                        load -> () -> byNetty(load)),
                new Benchmark(
                        "W3",
                        "a healthy listener's p99 with 1% stalled sockets / without, alerts at a fixed rate",
                        Figure.VALUE_RATIO,
                        Target.atMost(1.05),
                        "stalled",
                        true,
                        load -> () -> late(load, true),
                        load -> () -> late(load, false)),
                againstNode(
                        "W2-socketio", "Socket.IO", 8, "socketio-broadcast", "/socket.io/?EIO=4&transport=websocket"),
                againstNode("W2-ws", "ws on Node", 3, "ws-broadcast", "/ws"));
    }

    private static Benchmark againstNode(String id, String name, double target, String program, String path) {
        return new Benchmark(
                id,
                "alerts from the topic to all sockets / the same messages by " + name,
                Figure.RATE,
                Target.atLeast(target),
                "fan-out",
                true,
                load -> () -> throughGateway(load),
                load -> () -> byNode(load, program, path));
    }

    private static Sample throughGateway(Workload load) throws Exception {
        Broker broker = Broker.get();
        try (GatewayUnderTest gateway = GatewayUnderTest.start(broker);
                Child clients = Child.start(
                        SocketClients.class,
                        gateway.port(),
                        "/ws",
                        gateway.token("bench", "analyst"),
                        load.number("sockets"),
                        broker.bootstrapServers())) {
            return measured(load, clients, Cpu::here);
        }
    }

    /** From when an alert was due until a socket had it, in milliseconds. */
    private static Sample late(Workload load, boolean stalled) throws Exception {
        Broker broker = Broker.get();
        try (GatewayUnderTest gateway = GatewayUnderTest.start(broker);
                Child clients = Child.start(
                        SocketClients.class,
                        gateway.port(),
                        "/ws",
                        gateway.token("bench", "analyst"),
                        load.number("sockets"),
                        broker.bootstrapServers())) {
            int seconds = load.number("seconds");
            String command = "late " + load.number("rate") + " " + seconds + " " + load.number("heavy") + " ";
            // Warm, without a stalled one.
            clients.ask(command + 0);
            Cpu.Reading cpu = Cpu.here();
            long wall = System.nanoTime();
            String[] answer = clients.ask(command + (stalled ? 1 : 0)).split(" ");
            int messages = load.number("rate") * seconds;
            return new Sample(
                    (long) messages * load.number("sockets"),
                    Cpu.here().since(cpu),
                    System.nanoTime() - wall,
                    List.of(Double.parseDouble(answer[1]) / 1_000),
                    load.number("sockets") + " sockets, " + messages + " messages each, in order");
        }
    }

    private static Sample byNetty(Workload load) throws Exception {
        try (NettyBroadcast netty = new NettyBroadcast();
                Child clients =
                        Child.start(SocketClients.class, netty.port(), "/ws", "-", load.number("sockets"), "-")) {
            return measured(load, clients, Cpu::here);
        }
    }

    private static Sample byNode(Workload load, String program, String path) throws Exception {
        try (NodePeer node = NodePeer.start(program, SampleAlert.frame(0));
                Child clients = Child.start(SocketClients.class, node.port(), path, "-", load.number("sockets"), "-")) {
            return measured(load, clients, () -> Cpu.of("node", node.pid()));
        }
    }

    private static Sample measured(Workload load, Child clients, Supplier<Cpu.Reading> clocks) throws IOException {
        String window = " " + load.number("window");
        clients.ask("deliver " + load.number("warmUp") + window);
        int messages = load.number("messages");
        Cpu.Reading cpu = clocks.get();
        long wall = Long.parseLong(clients.ask("deliver " + messages + window));
        int sockets = load.number("sockets");
        return new Sample(
                (long) messages * sockets,
                clocks.get().since(cpu),
                wall,
                sockets + " sockets, " + messages + " messages each, in order");
    }
}
