package io.tidegate.dev.clickhouse;

import io.tidegate.dev.clickhouse.engine.DirectoryInUseException;
import io.tidegate.dev.clickhouse.engine.Engine;
import io.tidegate.dev.clickhouse.engine.EngineDirectory;
import io.tidegate.dev.clickhouse.engine.EngineException;
import io.tidegate.dev.clickhouse.http.HttpFront;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the ClickHouse engine behind ClickHouse's HTTP interface.
 *
 * <p>Prints one line, {@value #READY_PREFIX} and the URI, once it answers. Exit codes: 0 after SIGTERM, 1 the engine failed,
 * 2 bad options, {@value #EXIT_PORT_TAKEN} the port is taken, {@value #EXIT_DIRECTORY_IN_USE} the directory is in use.
 */
public final class EngineMain {

    /** How a process that runs this should be started: the engine's memory isn't the JVM's. */
    public static final List<String> JVM_OPTIONS = List.of(
            "-Xmx192m",
            "-Xms32m",
            "-XX:+UseSerialGC",
            "-XX:MaxDirectMemorySize=64m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:TieredStopAtLevel=1");

    static final String READY_PREFIX = "ClickHouse is listening on ";

    private static final int EXIT_FAILED = 1;
    private static final int EXIT_USAGE = 2;
    private static final int EXIT_PORT_TAKEN = 3;
    private static final int EXIT_DIRECTORY_IN_USE = 4;
    private static final Duration STOP_LIMIT = Duration.ofMillis(700);

    private EngineMain() {}

    public static void main(String... arguments) throws InterruptedException {
        // Before the first logger; not when the class is merely loaded, by whoever starts an engine and has settings of
        // its own.
        if (System.getProperty("log4j2.configurationFile") == null) {
            System.setProperty("log4j2.configurationFile", "engine-log4j2.xml");
        }
        EngineOptions options;
        try {
            options = EngineOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            fail(EXIT_USAGE, e.getMessage() + " (" + EngineOptions.USAGE + ")");
            return;
        }
        try {
            run(options);
        } catch (BindException e) {
            fail(EXIT_PORT_TAKEN, "Port " + options.port() + " on " + options.host() + " is taken (--port)");
        } catch (DirectoryInUseException e) {
            fail(EXIT_DIRECTORY_IN_USE, e.getMessage() + " (--data)");
        } catch (IOException | EngineException | UnsatisfiedLinkError e) {
            fail(EXIT_FAILED, "The ClickHouse engine could not start: " + e.getMessage());
        }
    }

    private static void run(EngineOptions options)
            throws IOException, EngineException, DirectoryInUseException, InterruptedException {
        Logger log = LoggerFactory.getLogger(EngineMain.class);
        EngineDirectory directory = EngineDirectory.open(options.data());
        HttpFront front = new HttpFront(new InetSocketAddress(options.host(), options.port()));
        Path library = options.library().isPresent() ? options.library().get() : EngineLibrary.locate();
        if (!Files.isRegularFile(library)) {
            throw new IOException("there is no library " + library + " (--library)");
        }
        Engine engine = Engine.start(library, directory);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(front, engine, log), "stop"));
        front.serve(engine);
        log.info("Engine {} on {}", engine.version(), options.data().toAbsolutePath());
        System.out.println(READY_PREFIX + "http://" + options.host() + ":"
                + front.address().getPort());
        System.out.flush();
        if (options.untilStdinEnds()) {
            awaitEnd(System.in);
            System.exit(0);
        }
        Thread.currentThread().join();
    }

    private static void awaitEnd(InputStream in) {
        try {
            while (in.read() >= 0) {
                // What the parent writes doesn't matter.
            }
        } catch (IOException e) {
            // A broken pipe means the same as its end.
            LoggerFactory.getLogger(EngineMain.class).debug("Standard input failed", e);
        }
    }

    private static void stop(HttpFront front, Engine engine, Logger log) {
        try {
            front.close();
            boolean clean = engine.shutDown(STOP_LIMIT);
            log.info(clean ? "Stopped" : "Stopped with statements still running; what was acknowledged is stored");
        } catch (EngineException e) {
            log.warn("The engine did not stop cleanly; what was acknowledged is stored: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }

    private static void fail(int exitCode, String line) {
        System.err.println(line);
        Runtime.getRuntime().halt(exitCode);
    }
}
