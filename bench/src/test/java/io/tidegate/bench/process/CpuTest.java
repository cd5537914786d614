package io.tidegate.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.bench.process.Cpu.Share;
import io.tidegate.bench.process.Cpu.Spent;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CpuTest {

    private static final long WORK_NANOS = 200_000_000;

    @Test
    void timeIsThatOfTheThreadsThatSpentIt() throws Exception {
        // Given a thread that lives on after its work
        CountDownLatch begin = new CountDownLatch(1);
        CountDownLatch worked = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread thread = new Thread(
                () -> {
                    try {
                        begin.await();
                        work();
                        worked.countDown();
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "busy-7");
        thread.start();

        // When it works between two looks
        Cpu.Reading before = Cpu.here();
        begin.countDown();
        worked.await();
        Spent spent = Cpu.here().since(before);
        end.countDown();
        thread.join();

        // Then its group has it, and all groups together have everything
        assertThat(spent.shares()).anySatisfy(share -> {
            assertThat(share.group()).isEqualTo("busy");
            assertThat(share.nanos()).isBetween(WORK_NANOS, spent.nanos() * 11 / 10);
        });
        long sum = spent.shares().stream().mapToLong(Share::nanos).sum();
        assertThat(sum).isBetween(spent.nanos() * 9 / 10, spent.nanos() * 11 / 10);
    }

    @Test
    void timeOfAThreadThatHasEndedIsNotLost() throws Exception {
        Cpu.Reading before = Cpu.here();
        Thread thread = new Thread(CpuTest::work, "brief-1");
        thread.start();
        thread.join();

        Spent spent = Cpu.here().since(before);

        assertThat(spent.nanos()).isGreaterThanOrEqualTo(WORK_NANOS);
        assertThat(spent.shares()).noneMatch(share -> share.group().equals("brief"));
        assertThat(spent.shares()).anySatisfy(share -> {
            assertThat(share.group()).isEqualTo(Cpu.ENDED);
            assertThat(share.nanos()).isGreaterThan(WORK_NANOS / 2);
        });
    }

    @Test
    void anotherProcessIsAGroupOfItsOwn() {
        Cpu.Reading both = Cpu.here()
                .and(Cpu.of(
                        "parent", ProcessHandle.current().parent().orElseThrow().pid()));

        Spent spent = both.since(both);

        assertThat(spent.nanos()).isZero();
        assertThat(spent.shares()).isEmpty();
    }

    @Test
    void threadsOfOneKindAreOneGroup() {
        assertThat(Cpu.group("C2 CompilerThre")).isEqualTo("compiler");
        assertThat(Cpu.group("GC Thread#0")).isEqualTo("garbage");
        assertThat(Cpu.group("vert.x-eventloo")).isEqualTo("vert.x-eventloo");
        assertThat(Cpu.group("kafka-producer-")).isEqualTo("kafka-producer-");
        assertThat(Cpu.group("flink-netty (3)")).isEqualTo("flink-netty");
        assertThat(Cpu.group("table (1/2)#0")).isEqualTo("table");
        assertThat(Cpu.group("7")).isEqualTo("7");
    }

    private static void work() {
        java.lang.management.ThreadMXBean threads = java.lang.management.ManagementFactory.getThreadMXBean();
        long until = threads.getCurrentThreadCpuTime() + WORK_NANOS;
        while (threads.getCurrentThreadCpuTime() < until) {
            Thread.onSpinWait();
        }
    }
}
