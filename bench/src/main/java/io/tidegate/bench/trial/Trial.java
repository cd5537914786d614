package io.tidegate.bench.trial;

import io.tidegate.bench.Benchmark;
import io.tidegate.bench.Sample;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs one side of a benchmark once, in a JVM of its own: no side profits from, or suffers by, what another one left behind. */
public final class Trial {

    /** Which side. */
    public enum Part {
        NUMERATOR,
        DENOMINATOR
    }

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final String MARK = "SAMPLE ";
    private static final int LAST_LINES = 15;

    private final Path workloads;
    private final String size;

    /** @param size of the workload, {@code full} or {@code smoke} */
    public Trial(Path workloads, String size) {
        this.workloads = workloads;
        this.size = size;
    }

    /** @throws IOException where the side failed or took longer than ten minutes; with its last lines */
    public Sample run(Benchmark benchmark, Part part) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments());
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                TrialMain.class.getName(),
                benchmark.id(),
                part.name(),
                workloads.toString(),
                size));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process));
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException(benchmark.id() + ", " + part + ": no result within " + LIMIT);
            }
            List<String> lines = output.join().lines().toList();
            if (process.exitValue() != 0
                    || lines.isEmpty()
                    || !lines.get(lines.size() - 1).startsWith(MARK)) {
                throw new IOException(benchmark.id() + ", " + part + " failed with status " + process.exitValue()
                        + ":\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())));
            }
            return decode(lines.get(lines.size() - 1));
        } finally {
            process.destroyForcibly();
        }
    }

    /** Those of this JVM that open packages: Flink needs them. The heap is the same for all sides. */
    private static List<String> jvmArguments() {
        List<String> arguments = new ArrayList<>(List.of("-Xms2g", "-Xmx2g", "-XX:+UseParallelGC"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens"))
                .forEach(arguments::add);
        return arguments;
    }

    private static String read(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "its output can't be read: " + e;
        }
    }

    static String encode(Sample sample) {
        return MARK + sample.events() + ' ' + sample.cpuNanos() + ' ' + sample.wallNanos() + ' ' + sample.contents();
    }

    static Sample decode(String line) {
        String[] fields = line.substring(MARK.length()).split(" ", 4);
        return new Sample(Long.parseLong(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]), fields[3]);
    }
}
