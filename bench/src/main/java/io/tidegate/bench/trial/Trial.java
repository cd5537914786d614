package io.tidegate.bench.trial;

import io.tidegate.bench.Benchmark;
import io.tidegate.bench.Home;
import io.tidegate.bench.Sample;
import io.tidegate.bench.Side;
import io.tidegate.bench.process.Cpu;
import io.tidegate.bench.workload.Workload;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs one side of a benchmark once, in a JVM of its own: no side profits from, or suffers by, what another one left behind. */
public final class Trial {

    /** Which side. */
    public enum Part {
        NUMERATOR,
        DENOMINATOR
    }

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final String MARK = "SAMPLE ";
    private static final String SMOKE = "smoke";
    private static final int LAST_LINES = 40;

    private final Path workloads;
    private final boolean here;

    private Trial(Path workloads, boolean here) {
        this.workloads = workloads;
        this.here = here;
    }

    /** Each side in a JVM of its own, with the full workload. */
    public static Trial inJvms(Path workloads) {
        return new Trial(workloads, false);
    }

    /** All sides in this JVM, with the smallest workload and the same broker and engine: shows that they work, and measures nothing. */
    public static Trial here(Path workloads) {
        return new Trial(workloads, true);
    }

    /** @throws IOException where the side failed or took longer than ten minutes; with its last lines */
    public Sample run(Benchmark benchmark, Part part) throws IOException, InterruptedException {
        return here ? runHere(benchmark, part) : runInJvm(benchmark, part);
    }

    private Sample runHere(Benchmark benchmark, Part part) throws IOException, InterruptedException {
        try {
            return side(benchmark, part, Workload.read(workloads, benchmark.workload(), SMOKE))
                    .run();
        } catch (IOException | InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(benchmark.id() + ", " + part + " failed", e);
        }
    }

    static Side side(Benchmark benchmark, Part part, Workload workload) {
        return (part == Part.NUMERATOR
                        ? benchmark.numerator()
                        : benchmark.denominator().orElseThrow())
                .apply(workload);
    }

    private Sample runInJvm(Benchmark benchmark, Part part) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments());
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                TrialMain.class.getName(),
                benchmark.id(),
                part.name(),
                workloads.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process));
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException(benchmark.id() + ", " + part + ": no result within " + LIMIT);
            }
            List<String> lines = output.join().lines().toList();
            Optional<String> sample =
                    lines.stream().filter(line -> line.startsWith(MARK)).findFirst();
            if (process.exitValue() != 0 || sample.isEmpty()) {
                throw new IOException(benchmark.id() + ", " + part + " failed with status " + process.exitValue()
                        + ":\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())));
            }
            return decode(sample.get());
        } finally {
            process.destroyForcibly();
        }
    }

    /** Those of this JVM that open packages: Flink needs them. The heap is the same for all sides. */
    private static List<String> jvmArguments() {
        List<String> arguments = new ArrayList<>(List.of("-Xms3g", "-Xmx3g", "-XX:+UseParallelGC"));
        arguments.add("-Dtidegate.home=" + Home.directory());
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
        return MARK
                + sample.events()
                + ' '
                + sample.cpuNanos()
                + ' '
                + sample.cpu().shares().stream()
                        .map(share -> URLEncoder.encode(share.group(), StandardCharsets.UTF_8) + '=' + share.nanos())
                        .collect(Collectors.joining(","))
                + ' '
                + sample.wallNanos()
                + ' '
                + sample.values().stream().map(String::valueOf).collect(Collectors.joining(","))
                + ' '
                + sample.contents();
    }

    private static Stream<String> parts(String field) {
        return field.isEmpty() ? Stream.empty() : Stream.of(field.split(","));
    }

    private static Cpu.Share share(String part) {
        int equals = part.indexOf('=');
        return new Cpu.Share(
                URLDecoder.decode(part.substring(0, equals), StandardCharsets.UTF_8),
                Long.parseLong(part.substring(equals + 1)));
    }

    static Sample decode(String line) {
        String[] fields = line.substring(MARK.length()).split(" ", 6);
        return new Sample(
                Long.parseLong(fields[0]),
                new Cpu.Spent(
                        Long.parseLong(fields[1]),
                        parts(fields[2]).map(Trial::share).toList()),
                Long.parseLong(fields[3]),
                parts(fields[4]).map(Double::valueOf).toList(),
                fields[5]);
    }
}
