package io.tidegate.dev.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A process of this machine that leads a process group of its own, known by its number, by when it was started, and by the boot
 * of the machine: a number that was given to another process since is never taken for ours. Linux only.
 *
 * @param pid also the number of the group
 * @param started in clock ticks since the boot, as the kernel has it
 * @param boot the kernel's name of this boot
 */
record OsProcess(long pid, long started, String boot) {

    private static final Path PROC = Path.of("/proc");
    private static final Duration POLL = Duration.ofMillis(5);

    /** What a signal is for. */
    enum Signal {
        /** Asks it to end. */
        TERM,
        KILL,
        STOP,
        CONT
    }

    /** The process with this number as it is now; empty when there is none. */
    static Optional<OsProcess> of(long pid) {
        return Stat.read(pid).map(stat -> new OsProcess(pid, stat.started(), currentBoot()));
    }

    /** Whether it runs, or is stopped; not when it has ended and nobody has asked for its exit code yet. */
    boolean isAlive() {
        return boot.equals(currentBoot())
                && Stat.read(pid)
                        .filter(stat -> stat.started() == started && !stat.isDead())
                        .isPresent();
    }

    /** Whether signals reach it: a moment after its start it doesn't lead its group yet. */
    boolean leadsItsGroup() {
        return Stat.read(pid).filter(stat -> stat.group() == pid).isPresent();
    }

    /** Whether it was frozen by {@link Signal#STOP}. */
    boolean isStopped() {
        return isAlive() && Stat.read(pid).filter(stat -> stat.state() == 'T').isPresent();
    }

    /**
     * Sends to the process and all of its group.
     *
     * @return whether there was anybody to send it to
     */
    boolean signal(Signal signal) {
        if (!isAlive()) {
            return false;
        }
        try {
            // The shell's own: no other package is needed for it.
            Process kill = new ProcessBuilder(
                            "/bin/sh", "-c", "kill -s \"$1\" -- \"-$2\"", "sh", signal.name(), "" + pid)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (kill.waitFor() != 0 && isAlive()) {
                throw new IOException("SIG" + signal + " to process group " + pid + ": " + said);
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sending SIG" + signal + " to process " + pid, e);
        }
    }

    /** Waits until nothing of its group is left. */
    boolean awaitGone(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (isAlive() || groupIsAlive()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(POLL.toMillis());
        }
        return true;
    }

    /** A worker may live a moment longer than its master, and hold the port. */
    private boolean groupIsAlive() {
        if (!boot.equals(currentBoot())) {
            return false;
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                Optional<Stat> stat =
                        Stat.read(Long.parseLong(process.getFileName().toString()));
                if (stat.filter(other -> other.group() == pid && other.started() >= started && !other.isDead())
                        .isPresent()) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("Can't list the processes", e);
        }
    }

    private static String currentBoot() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("A cluster needs Linux: no /proc", e);
        }
    }

    /** The part of {@code /proc/PID/stat} that matters, see proc(5). */
    private record Stat(char state, long group, long started) {

        private static final int STATE = 0;
        private static final int GROUP = 2;
        private static final int STARTED = 19;

        static Optional<Stat> read(long pid) {
            String text;
            try {
                text = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            } catch (NoSuchFileException e) {
                return Optional.empty();
            } catch (IOException e) {
                // "No such process" when it ends while it is read.
                return Optional.empty();
            }
            // The name before it is in brackets and may hold blanks and brackets.
            String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
            return Optional.of(
                    new Stat(fields[STATE].charAt(0), Long.parseLong(fields[GROUP]), Long.parseLong(fields[STARTED])));
        }

        boolean isDead() {
            return state == 'Z' || state == 'X';
        }
    }
}
