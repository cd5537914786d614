package io.tidegate.bench.node;

import io.tidegate.bench.Home;
import io.tidegate.bench.process.Child;
import io.tidegate.bench.service.Ports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A program of {@code bench/peers} on Node, in a process of its own. */
public final class NodePeer implements AutoCloseable {

    private final Child process;
    private final int port;

    private NodePeer(Child process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts it, and fetches what the lock file names first where that isn't there.
     *
     * @param program without its ending
     * @param argument what it is told beside its port
     */
    public static NodePeer start(String program, String argument) throws IOException, InterruptedException {
        String node = fetch();
        int port = Ports.free();
        Child process = Child.start(
                program,
                new ProcessBuilder(node, program + ".mjs", Integer.toString(port), argument)
                        .directory(directory().toFile()));
        return new NodePeer(process, port);
    }

    /** Returns the command of a Node.js that is new enough. */
    private static String fetch() throws IOException, InterruptedException {
        Process script = new ProcessBuilder(Home.directory()
                        .resolve("scripts")
                        .resolve("lib")
                        .resolve("fetch-peers")
                        .toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (script.waitFor() != 0) {
            throw new IOException("scripts/lib/fetch-peers failed; its message is above");
        }
        return said.strip();
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
