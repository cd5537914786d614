package io.tidegate.bench.micro;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.bench.workload.BetEvents;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.archive.ArchivedEvent;
import io.tidegate.jobs.archive.EventRowEncoder;
import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.source.SourceRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A bet from the topic's bytes to a message, and from the message to a row of RowBinary. */
@State(Scope.Thread)
public class RowMicro {

    private final byte[] bytes =
            new BetEvents(10_000, 0, 1_795_348_800_000L).event(1).toByteArray();
    private final EventRowEncoder encoder = new EventRowEncoder("tidegate");
    private final RowBinaryWriter out = new RowBinaryWriter(1 << 10);
    private final ArchivedEvent row;

    public RowMicro() {
        try {
            Event event = Event.parseFrom(bytes);
            row = new ArchivedEvent(new SourceRecord<>(0, 1, event.getOccurredAtMs(), event, null));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("written above", e);
        }
    }

    @Benchmark
    public Event parse() throws InvalidProtocolBufferException {
        return Event.parseFrom(bytes);
    }

    @Benchmark
    public int encode() {
        out.reset();
        encoder.encode(row, out);
        return out.size();
    }
}
