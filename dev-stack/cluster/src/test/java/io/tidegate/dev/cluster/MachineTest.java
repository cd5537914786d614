package io.tidegate.dev.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MachineTest {

    @Test
    void aLargeMachineTakesARolesOptionsAsTheyAre() {
        List<String> own = List.of("-Xmx320m", "-XX:+UseG1GC");

        assertThat(Machine.LARGE.jvm(own)).isEqualTo(own);
        assertThat(Machine.LARGE.flink()).isEmpty();
    }

    @Test
    void aSmallMachinesCollectorTakesThePlaceOfTheRolesSinceAJvmRefusesTwo() {
        assertThat(Machine.SMALL.jvm(List.of("-Xmx320m", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError")))
                .containsExactly(
                        "-Xmx320m", "-XX:+ExitOnOutOfMemoryError", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    }
}
