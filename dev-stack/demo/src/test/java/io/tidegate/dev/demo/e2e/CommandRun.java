package io.tidegate.dev.demo.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A command of the project as a process, its output kept in files so that no pipe can block it. */
final class CommandRun implements AutoCloseable {

    private final Process process;
    private final Path out;
    private final Path err;

    private CommandRun(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static CommandRun start(Path logs, String name, String... command) throws IOException {
        Path out = Files.createTempFile(logs, name, ".out");
        Path err = Files.createTempFile(logs, name, ".err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        process.getOutputStream().close();
        return new CommandRun(process, out, err);
    }

    Process process() {
        return process;
    }

    String out() throws IOException {
        return Files.readString(out);
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    /** Standard error for a message that is being made already. */
    String errOrNothing() {
        try {
            return err();
        } catch (IOException e) {
            return "(" + e + ")";
        }
    }

    /** Waits for the end and returns the exit status. */
    int await(Duration limit) throws IOException, InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + limit + "\n" + out() + err());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
