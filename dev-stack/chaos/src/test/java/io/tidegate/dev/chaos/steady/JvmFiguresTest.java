package io.tidegate.dev.chaos.steady;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JvmFiguresTest {

    private static final int MIB = 1024 * 1024;

    @Test
    void anotherJvmSaysWhatItHolds() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Hoarder.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            // It has what it wants when it says so.
            assertThat(child.getInputStream().read()).isEqualTo('!');

            try (JvmFigures figures = JvmFigures.of(child.pid())) {
                assertThat(figures.directMb()).isBetween(8 * MIB / 1e6, 9 * MIB / 1e6);
                double live = figures.collectedHeapMb();
                assertThat(live).isBetween(32 * MIB / 1e6, 48 * MIB / 1e6);
                // The collection that was asked for is the latest.
                assertThat(figures.heapAfterGcMb().orElseThrow()).isBetween(32 * MIB / 1e6, 48 * MIB / 1e6);
            }
        } finally {
            child.destroyForcibly();
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThatThrownBy(() -> JvmFigures.of(child.pid())).isInstanceOf(IOException.class);
    }

    /** Holds 32 MiB of heap and 8 MiB of direct memory until it is killed, and 20 MiB that it needs no more. */
    static final class Hoarder {

        private Hoarder() {}

        public static void main(String[] args) throws IOException {
            byte[][] heap = new byte[32][MIB];
            byte[][] garbage = new byte[20][MIB];
            ByteBuffer direct = ByteBuffer.allocateDirect(8 * MIB);
            heap[0][0] = garbage[0][0];
            garbage = null;
            System.out.print('!');
            System.out.flush();
            while (System.in.read() >= 0) {
                heap[0][0]++;
                direct.put(0, heap[0][0]);
            }
        }
    }
}
