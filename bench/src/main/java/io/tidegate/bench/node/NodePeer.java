package io.tidegate.bench.node;

import io.tidegate.bench.Home;
import io.tidegate.bench.process.Child;
import io.tidegate.bench.service.Ports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program of {@code bench/peers} on Node, in a process of its own. */
public final class NodePeer implements AutoCloseable {

    private static final String PACKAGES = "node_modules/.package-lock.json";

    private final Child process;
    private final int port;

    private NodePeer(Child process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Whether the packages are there already. */
    public static boolean isFetched() {
        return Files.exists(directory().resolve(PACKAGES));
    }

    /**
     * Starts it, and fetches what the lock file names first where that was never done.
     *
     * @param program without its ending
     * @param argument what it is told beside its port
     */
    public static NodePeer start(String program, String argument) throws IOException, InterruptedException {
        if (!isFetched()) {
            fetch();
        }
        int port = Ports.free();
        Child process = Child.start(
                program,
                new ProcessBuilder("node", program + ".mjs", Integer.toString(port), argument)
                        .directory(directory().toFile()));
        return new NodePeer(process, port);
    }

    private static void fetch() throws IOException, InterruptedException {
        Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                .directory(directory().toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(npm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (npm.waitFor() != 0) {
            throw new IOException("npm ci in bench/peers failed:\n" + said);
        }
    }

    private static Path directory() {
        return Home.directory().resolve("bench").resolve("peers");
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.close();
    }
}
