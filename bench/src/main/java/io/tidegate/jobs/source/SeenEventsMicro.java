package io.tidegate.jobs.source;

import java.io.IOException;
import java.util.SplittableRandom;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** De-duplication's tables: an event that is new, and an entry written into a checkpoint. */
@State(Scope.Thread)
public class SeenEventsMicro {

    private static final int EVENTS = 1_000;
    private static final long HOUR_MS = 3_600_000;
    private static final long NOW = 1_795_348_800_000L;

    private final SplittableRandom random = new SplittableRandom(42);
    private final DataOutputSerializer out = new DataOutputSerializer(64 << 10);
    private SeenEvents empty;
    private SeenEvents full;

    @Setup(Level.Invocation)
    public void emptyTable() {
        empty = new SeenEvents();
        if (full == null) {
            full = new SeenEvents();
            add(full);
        }
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public Object add() {
        return add(empty);
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int snapshot() throws IOException {
        out.clear();
        SeenEventsSerializer.INSTANCE.serialize(full, out);
        return out.length();
    }

    private SeenEvents add(SeenEvents seen) {
        for (int i = 0; i < EVENTS; i++) {
            seen.add(random.nextLong(), random.nextLong(), NOW + i, HOUR_MS);
        }
        return seen;
    }
}
