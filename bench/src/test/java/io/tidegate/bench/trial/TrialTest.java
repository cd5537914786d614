package io.tidegate.bench.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.bench.Sample;
import io.tidegate.bench.process.Cpu.Share;
import io.tidegate.bench.process.Cpu.Spent;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrialTest {

    @Test
    void whatAProcessTellsIsWhatItMeasured() {
        Sample full = new Sample(
                7,
                new Spent(30, List.of(new Share("Source: events ", 20), new Share("a,b=c", 10))),
                40,
                List.of(1.5, 2.0),
                "7 events, in order");
        Sample bare = new Sample(1, new Spent(2), 3, "");

        assertThat(Trial.decode(Trial.encode(full))).isEqualTo(full);
        assertThat(Trial.decode(Trial.encode(bare))).isEqualTo(bare);
    }
}
