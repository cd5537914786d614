package io.tidegate.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.RunnerException;

class MicroTest {

    /** One that fails would end the run. */
    @Test
    void eachRuns() throws RunnerException {
        assertThat(Micro.run(List.of(), true)).isEqualTo(8);
    }
}
