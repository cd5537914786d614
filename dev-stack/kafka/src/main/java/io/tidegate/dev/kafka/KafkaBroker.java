package io.tidegate.dev.kafka;

import io.tidegate.dev.kafka.access.BrokerSecurity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/**
 * One Kafka node (KRaft, broker and controller in one) inside this JVM, on loopback; without authentication, unless it is started
 * {@link #startSecure secure}.
 *
 * <p>Its whole state lives under the data directory: start it again there and topics, records, offsets and transactions
 * are back, also after the process was killed. One broker per data directory; a second one fails to start.
 *
 * <p>Sized for a laptop: one node, replication factor 1, a few MiB of buffers. The records survive the death of the
 * process, not of the machine (nothing is fsynced before it is acknowledged).
 */
public final class KafkaBroker implements AutoCloseable {

    private static final String HOST = "127.0.0.1";
    private static final int NODE_ID = 1;
    private static final int FIRST_FREE_PORT = 20_000;
    /** Linux's default; others begin higher. */
    private static final int FIRST_OUTGOING_PORT = 32_768;

    private final KafkaRaftServer server;
    private final int port;
    private final int administratorPort;
    private final FileChannel lock;

    private KafkaBroker(KafkaRaftServer server, int port, int administratorPort, FileChannel lock) {
        this.server = server;
        this.port = port;
        this.administratorPort = administratorPort;
        this.lock = lock;
    }

    /** Starts on free ports; see {@link #start(Path, int, int)}. */
    public static KafkaBroker start(Path dataDir) {
        return start(dataDir, 0, 0);
    }

    /**
     * Returns when the broker takes requests.
     *
     * @param dataDir created when missing
     * @param port for clients; 0 picks a free one
     * @param controllerPort internal; 0 picks a free one. It may change from start to start
     * @throws IllegalStateException when it can't start: a port is taken, the directory is in use or unreadable
     */
    public static KafkaBroker start(Path dataDir, int port, int controllerPort) {
        return start(dataDir, port, controllerPort, 0, null);
    }

    /**
     * Asks for names and denies what hasn't been granted, as {@code deploy/kafka/security.properties} says; on free ports.
     *
     * @param security with what the broker proves who it is itself
     */
    public static KafkaBroker startSecure(Path dataDir, BrokerSecurity security) {
        return start(dataDir, 0, 0, freePort(), security);
    }

    private static KafkaBroker start(
            Path dataDir, int port, int controllerPort, int administratorPort, BrokerSecurity security) {
        Path logs = dataDir.toAbsolutePath().normalize().resolve("log");
        int clientPort = port == 0 ? freePort() : port;
        int quorumPort = controllerPort == 0 ? freePort() : controllerPort;
        try {
            Files.createDirectories(logs);
        } catch (IOException e) {
            throw new IllegalStateException("Kafka can't use the directory " + logs + ": " + e.getMessage(), e);
        }
        FileChannel lock = lock(dataDir);
        KafkaRaftServer server = null;
        try {
            KafkaStorage.format(logs, NODE_ID);
            Map<String, String> settings = settings(logs, clientPort, quorumPort);
            if (security != null) {
                String brokers = "://" + HOST + ":" + administratorPort;
                settings.putAll(security.settings());
                settings.put(
                        "listeners",
                        "CLIENTS://" + HOST + ":" + clientPort + ",BROKERS" + brokers + ",CONTROLLER://" + HOST + ":"
                                + quorumPort);
                settings.put("advertised.listeners", "CLIENTS://" + HOST + ":" + clientPort + ",BROKERS" + brokers);
            }
            server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
            server.startup();
        } catch (RuntimeException e) {
            if (server != null) {
                server.shutdown();
            }
            release(lock);
            throw new IllegalStateException(
                    "Kafka did not start in " + dataDir + " on port " + clientPort + ": " + e.getMessage(), e);
        }
        return new KafkaBroker(server, clientPort, administratorPort, lock);
    }

    /** {@code host:port} for clients. */
    public String bootstrapServers() {
        return HOST + ":" + port;
    }

    public int port() {
        return port;
    }

    /** {@code host:port} for who proves itself by certificate; only of a broker that was started {@link #startSecure secure}. */
    public String administratorServers() {
        return HOST + ":" + administratorPort;
    }

    /** Stops cleanly; returns when everything is on disk. */
    public void stop() {
        server.shutdown();
        server.awaitShutdown();
        release(lock);
    }

    @Override
    public void close() {
        stop();
    }

    /** Blocks until the broker has stopped, for whatever reason. */
    void awaitStop() {
        server.awaitShutdown();
    }

    /**
     * A port that was free a moment ago. Below those that the system gives to outgoing connections: while a broker is down, for a
     * restart or not yet up, the clients that try to reach it would sooner or later be given its port themselves.
     */
    static int freePort() {
        IOException last = null;
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_FREE_PORT, FIRST_OUTGOING_PORT);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(HOST))) {
                return socket.getLocalPort();
            } catch (IOException e) {
                last = e;
            }
        }
        throw new UncheckedIOException("No free port on " + HOST, last);
    }

    /**
     * Kafka has a lock of its own, but takes it only after it has opened the metadata log: by then a second broker has
     * already written into the first one's.
     */
    private static FileChannel lock(Path dataDir) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    dataDir.resolve("broker.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very JVM: the same refusal as for another process.
        } catch (IOException e) {
            release(channel);
            throw new IllegalStateException("Kafka can't lock its directory " + dataDir + ": " + e.getMessage(), e);
        }
        release(channel);
        throw new IllegalStateException("Another Kafka broker is running in " + dataDir);
    }

    private static void release(FileChannel lock) {
        if (lock == null) {
            return;
        }
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The broker's lock can't be released", e);
        }
    }

    private static Map<String, String> settings(Path logs, int port, int controllerPort) {
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(NODE_ID));
        settings.put("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
        settings.put("listeners", "PLAINTEXT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
        settings.put("advertised.listeners", "PLAINTEXT://" + HOST + ":" + port);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("inter.broker.listener.name", "PLAINTEXT");
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("log.dirs", logs.toString());

        // One node: nothing can be replicated.
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            settings.put(topic + ".replication.factor", "1");
        }
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("share.coordinator.state.topic.num.partitions", "1");
        // Topics are made by TopicSetup: a misspelt name is an error, not a new topic.
        settings.put("auto.create.topics.enable", "false");
        settings.put("group.initial.rebalance.delay.ms", "0");
        // After a kill the new broker is let in only when the old one's session has run out: 9 s by default.
        settings.put("broker.session.timeout.ms", "4000");
        settings.put("broker.heartbeat.interval.ms", "1000");

        // A job's transaction must outlive a stopped demo: its checkpoint commits it after the next start.
        settings.put(
                "transaction.max.timeout.ms", Long.toString(Duration.ofDays(7).toMillis()));

        // Small: by default the cleaner alone takes 128 MiB of heap.
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 * 1024 * 1024));
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        settings.put("background.threads", "2");
        settings.put("log.segment.bytes", Integer.toString(64 * 1024 * 1024));
        settings.put("log.index.size.max.bytes", Integer.toString(1024 * 1024));
        settings.put("log.retention.bytes", Long.toString(1024L * 1024 * 1024));
        settings.put("metadata.log.segment.bytes", Integer.toString(16 * 1024 * 1024));
        settings.put("metadata.max.retention.bytes", Integer.toString(32 * 1024 * 1024));
        return settings;
    }
}
