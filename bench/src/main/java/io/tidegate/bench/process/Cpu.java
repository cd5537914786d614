package io.tidegate.bench.process;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/** CPU time of processes, all threads of theirs: the compiler's and the collector's too. */
public final class Cpu {

    private Cpu() {}

    /** Of this JVM. */
    public static long nanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /**
     * Of another process, to a hundredth of a second.
     *
     * @throws IllegalStateException where it has ended
     */
    public static long nanosOf(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .map(Duration::toNanos)
                .orElseThrow(() -> new IllegalStateException("process " + pid + " has ended"));
    }
}
