package io.tidegate.dev.chaos.steady;

import io.tidegate.dev.cluster.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.UndeclaredThrowableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Looks at every process of a cluster: what the kernel says about it, and what a JVM says about itself. */
final class ProcessSampler implements AutoCloseable {

    private static final Path PROC = Path.of("/proc");
    private static final double TICKS_PER_SECOND = 100;
    private static final double KIB_PER_MB = 1e6 / 1024;

    // In /proc/PID/stat, counted from the field after the name.
    private static final int GROUP = 2;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    private final Consumer<String> trouble;
    private final Map<String, Attached> attached = new HashMap<>();

    private record Attached(long pid, JvmFigures figures) {}

    private record Figures(double rssMb, int threads, int descriptors, double cpuSeconds) {

        Figures plus(Figures other) {
            return new Figures(
                    rssMb + other.rssMb,
                    threads + other.threads,
                    descriptors + other.descriptors,
                    cpuSeconds + other.cpuSeconds);
        }
    }

    /** @param trouble one line for each JVM that can't be asked */
    ProcessSampler(Consumer<String> trouble) {
        this.trouble = trouble;
    }

    /**
     * Those that run. A role with workers counts with all of them.
     *
     * @param minute of the samples
     * @param collect whether the JVMs are to collect their garbage first, one after the other
     */
    List<Sample> sample(List<Role> roles, double minute, boolean collect) throws IOException {
        long atMs = System.currentTimeMillis();
        Map<Long, Figures> groups = groups();
        List<Sample> samples = new ArrayList<>();
        for (Role role : roles) {
            long pid = role.pid();
            Figures figures = groups.get(pid);
            if (figures == null) {
                continue;
            }
            OptionalDouble heap = OptionalDouble.empty();
            OptionalDouble live = OptionalDouble.empty();
            OptionalDouble direct = OptionalDouble.empty();
            JvmFigures jvm = jvm(role.name(), pid);
            if (jvm != null) {
                try {
                    // First: what a collection on demand leaves is another curve.
                    heap = jvm.heapAfterGcMb();
                    direct = OptionalDouble.of(jvm.directMb());
                    live = collect ? OptionalDouble.of(jvm.collectedHeapMb()) : live;
                } catch (UndeclaredThrowableException e) {
                    trouble.accept(role.name() + " doesn't answer about its memory: " + e.getCause());
                    forget(role.name());
                }
            }
            samples.add(new Sample(
                    atMs,
                    minute,
                    role.name(),
                    pid,
                    figures.rssMb(),
                    figures.threads(),
                    figures.descriptors(),
                    figures.cpuSeconds(),
                    heap,
                    live,
                    direct));
        }
        return samples;
    }

    /** Null where it is no JVM, or can't be asked. */
    private JvmFigures jvm(String role, long pid) {
        Attached before = attached.get(role);
        if (before != null && before.pid() == pid) {
            return before.figures();
        }
        forget(role);
        if (!isJava(pid)) {
            return null;
        }
        try {
            JvmFigures figures = JvmFigures.of(pid);
            attached.put(role, new Attached(pid, figures));
            return figures;
        } catch (IOException e) {
            trouble.accept(role + " can't be asked about its memory: " + e.getMessage());
            return null;
        }
    }

    private static boolean isJava(long pid) {
        try {
            return Files.readString(PROC.resolve(pid + "/comm")).strip().equals("java");
        } catch (IOException e) {
            // It has ended meanwhile.
            return false;
        }
    }

    /** By process group: each role leads one. */
    private static Map<Long, Figures> groups() throws IOException {
        Map<Long, Figures> groups = new HashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                try {
                    String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
                    // The name before it is in brackets and may hold blanks and brackets.
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    double cpuSeconds = (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]))
                            / TICKS_PER_SECOND;
                    groups.merge(Long.parseLong(fields[GROUP]), figures(process, cpuSeconds), Figures::plus);
                } catch (IOException | UncheckedIOException | DirectoryIteratorException e) {
                    // Another's, or it has ended meanwhile.
                    continue;
                }
            }
        }
        return groups;
    }

    private static Figures figures(Path process, double cpuSeconds) throws IOException {
        long rssKib = 0;
        int threads = 0;
        for (String line : Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("VmRSS:")) {
                rssKib = Long.parseLong(line.replaceAll("\\D", ""));
            } else if (line.startsWith("Threads:")) {
                threads = Integer.parseInt(line.replaceAll("\\D", ""));
            }
        }
        int descriptors = 0;
        try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : open) {
                descriptors += descriptor == null ? 0 : 1;
            }
        }
        return new Figures(rssKib / KIB_PER_MB, threads, descriptors, cpuSeconds);
    }

    private void forget(String role) {
        Attached before = attached.remove(role);
        if (before != null) {
            close(before);
        }
    }

    private static void close(Attached one) {
        try {
            one.figures().close();
        } catch (IOException e) {
            // Its process is gone, and with it the connection.
            return;
        }
    }

    @Override
    public void close() {
        attached.values().forEach(ProcessSampler::close);
        attached.clear();
    }
}
