package io.tidegate.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * CPU time of processes, all threads of theirs: the compiler's and the collector's too. Of this JVM it is known by groups of threads, which are those of
 * one name but for its number, as the kernel tells them ({@code proc(5)}, {@code /proc/self/task/TID/schedstat}).
 */
public final class Cpu {

    /** What threads took that have ended, and what the clocks of process and threads differ by. */
    static final String ENDED = "ended";

    private static final Path TASKS = Path.of("/proc/self/task");

    private Cpu() {}

    /**
     * Threads of one kind.
     *
     * @param nanos of CPU time
     */
    public record Share(String group, long nanos) {}

    /**
     * CPU time between two looks at the clocks.
     *
     * @param shares its parts, the greatest first; none where they aren't known
     */
    public record Spent(long nanos, List<Share> shares) {

        public Spent {
            shares = List.copyOf(shares);
        }

        /** Not known by parts. */
        public Spent(long nanos) {
            this(nanos, List.of());
        }
    }

    /** A look at the clocks. */
    public static final class Reading {

        private final long nanos;
        private final Map<Long, Share> threads;

        private Reading(long nanos, Map<Long, Share> threads) {
            this.nanos = nanos;
            this.threads = threads;
        }

        /** This and another process's. */
        public Reading and(Reading other) {
            Map<Long, Share> both = new HashMap<>(threads);
            both.putAll(other.threads);
            return new Reading(nanos + other.nanos, both);
        }

        /** What was spent since an earlier look at the same processes. */
        public Spent since(Reading before) {
            Map<String, Long> groups = new TreeMap<>();
            threads.forEach((id, thread) -> {
                Share earlier = before.threads.get(id);
                groups.merge(thread.group(), thread.nanos() - (earlier == null ? 0 : earlier.nanos()), Long::sum);
            });
            long spent = nanos - before.nanos;
            long ended =
                    spent - groups.values().stream().mapToLong(Long::longValue).sum();
            groups.put(ENDED, Math.max(0, ended));
            return new Spent(
                    spent,
                    groups.entrySet().stream()
                            .filter(group -> group.getValue() > 0)
                            .map(group -> new Share(group.getKey(), group.getValue()))
                            .sorted(Comparator.comparingLong(Share::nanos).reversed())
                            .toList());
        }
    }

    /** Of this JVM. */
    public static Reading here() {
        Map<Long, Share> threads = new HashMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                try {
                    String name = Files.readString(task.resolve("comm")).strip();
                    String clock = Files.readString(task.resolve("schedstat"));
                    threads.put(
                            Long.valueOf(task.getFileName().toString()),
                            new Share(group(name), Long.parseLong(clock.substring(0, clock.indexOf(' ')))));
                } catch (NoSuchFileException e) {
                    // It ended in the meantime, so its time is in no group of threads that are.
                    continue;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel doesn't tell the threads' times", e);
        }
        // After the threads: what they do meanwhile is the difference's.
        return new Reading(
                ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime(),
                threads);
    }

    /**
     * Of another process, to a hundredth of a second; one group by itself.
     *
     * @throws IllegalStateException where it has ended
     */
    public static Reading of(String name, long pid) {
        long nanos = ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .map(Duration::toNanos)
                .orElseThrow(() -> new IllegalStateException("process " + pid + " has ended"));
        return new Reading(nanos, Map.of(pid, new Share(name, nanos)));
    }

    /** The kernel keeps fifteen characters of a name; what a number follows is the same kind of thread. */
    static String group(String thread) {
        if (thread.startsWith("C1 Comp") || thread.startsWith("C2 Comp")) {
            return "compiler";
        }
        if (thread.startsWith("GC Thread") || thread.equals("VM Thread")) {
            return "garbage";
        }
        String kind = thread.replaceAll("[-#( ]*\\d.*$", "").strip();
        return kind.isEmpty() ? thread : kind;
    }

    /** Sums shares of several runs. */
    public static List<Share> sum(List<Spent> runs) {
        Map<String, Long> groups = new TreeMap<>();
        runs.forEach(run -> run.shares().forEach(share -> groups.merge(share.group(), share.nanos(), Long::sum)));
        List<Share> sums = new ArrayList<>();
        groups.forEach((group, nanos) -> sums.add(new Share(group, nanos)));
        sums.sort(Comparator.comparingLong(Share::nanos).reversed());
        return sums;
    }
}
