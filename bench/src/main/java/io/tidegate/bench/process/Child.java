package io.tidegate.bench.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A helper in a process of its own, so that its CPU time isn't counted as that of the process under test: it says {@value #READY}, then
 * answers each line that it is sent with one. It ends when its standard input does, and so with this process.
 */
public final class Child implements AutoCloseable {

    /** The first word of a helper that is. */
    public static final String READY = "ready";

    private final String name;
    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter commands;

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.commands =
                new PrintWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8), true);
    }

    /** Starts a main class on this JVM's class path, and waits until it is ready. */
    public static Child start(Class<?> main, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        for (Object argument : arguments) {
            command.add(String.valueOf(argument));
        }
        return start(main.getSimpleName(), new ProcessBuilder(command));
    }

    /** Any program that keeps to the protocol. */
    public static Child start(String name, ProcessBuilder program) throws IOException {
        Child child = new Child(
                name, program.redirectError(ProcessBuilder.Redirect.INHERIT).start());
        child.expect(READY);
        return child;
    }

    public long pid() {
        return process.pid();
    }

    /**
     * Sends a command and returns what comes after the first word of its answer.
     *
     * @throws IOException where the answer doesn't begin with {@code ok}, or the helper has ended
     */
    public String ask(String command) throws IOException {
        commands.println(command);
        return expect("ok");
    }

    private String expect(String word) throws IOException {
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException(name + " has ended");
        }
        if (!answer.startsWith(word)) {
            throw new IOException(name + ": " + answer);
        }
        return answer.substring(word.length()).strip();
    }

    @Override
    public void close() {
        commands.close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
