package io.tidegate.dev.kafka;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A {@link KafkaBroker} as a process. Prints {@value #READY} and its address on standard output when it takes requests;
 * SIGTERM stops it cleanly.
 *
 * <p>Exit codes: 0 stopped, 1 failed, 2 bad options, 3 port taken.
 */
@Command(
        name = "kafka-broker",
        description = "Runs one Kafka node (KRaft) on loopback for development.",
        mixinStandardHelpOptions = true)
public final class BrokerMain implements Callable<Integer> {

    /** Starts the line on standard output that says where the broker listens. */
    public static final String READY = "Kafka is ready on";

    static final int EXIT_PORT_TAKEN = 3;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "Where topics and metadata live.")
    private Path data;

    @Option(names = "--port", required = true, paramLabel = "PORT", description = "For clients; 0 picks a free one.")
    private int port;

    @Option(
            names = "--controller-port",
            defaultValue = "0",
            paramLabel = "PORT",
            description = "Internal; by default a free one.")
    private int controllerPort;

    @Option(
            names = "--exit-on-stdin-eof",
            hidden = true,
            description = "Die with the process that holds the other end of standard input.")
    private boolean exitOnStdinEof;

    public static void main(String[] args) {
        // Before the first logger: a library jar has no log4j2.xml of its own that could shadow another's.
        if (System.getProperty("log4j2.configurationFile") == null) {
            System.setProperty("log4j2.configurationFile", "classpath:io/tidegate/dev/kafka/log4j2-broker.xml");
        }
        int code = new CommandLine(new BrokerMain()).execute(args);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() {
        if (port != 0 && isTaken(port)) {
            System.err.println("Kafka: port " + port + " is taken (--port)");
            return EXIT_PORT_TAKEN;
        }
        if (exitOnStdinEof) {
            exitOnEndOf(System.in);
        }
        KafkaBroker broker;
        try {
            broker = KafkaBroker.start(data, port, controllerPort);
        } catch (IllegalStateException e) {
            System.err.println("Kafka: " + e.getMessage());
            LoggerFactory.getLogger(BrokerMain.class).error("The broker did not start", e);
            return 1;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(broker::stop, "broker-stop"));
        System.out.println(READY + " " + broker.bootstrapServers());
        broker.awaitStop();
        return 0;
    }

    private static boolean isTaken(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static void exitOnEndOf(InputStream in) {
        Thread watcher = new Thread(
                () -> {
                    try {
                        while (in.read() >= 0) {
                            // Whoever holds the other end has nothing to say; only its end matters.
                        }
                    } catch (IOException e) {
                        // A broken pipe is its end too.
                    }
                    // The owner is gone: no time for a clean stop, and the log recovers from a kill.
                    Runtime.getRuntime().halt(1);
                },
                "stdin-watch");
        watcher.setDaemon(true);
        watcher.start();
    }
}
