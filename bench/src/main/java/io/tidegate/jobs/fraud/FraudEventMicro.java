package io.tidegate.jobs.fraud;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** An event from task to task, written and read: as it goes over the network, and as it would in the format of the state. */
@State(Scope.Thread)
public class FraudEventMicro {

    private final FraudEvent event = new FraudEvent(
            FraudEventType.LIKE,
            "run1-user-123456",
            "event-number-1234567",
            1_795_348_800_000L,
            0,
            "post-1234",
            "10.1.2.3",
            "device-of-run1-user-123456",
            "PT",
            3,
            123_456_789,
            1_795_348_800_000L);
    private final TypeSerializer<FraudEvent> wire = new FraudEventWire();
    private final DataOutputSerializer out = new DataOutputSerializer(256);
    private final DataInputDeserializer in = new DataInputDeserializer();

    @Benchmark
    public FraudEvent wire() throws IOException {
        return thereAndBack(wire);
    }

    @Benchmark
    public FraudEvent state() throws IOException {
        return thereAndBack(FraudEventSerializer.INSTANCE);
    }

    private FraudEvent thereAndBack(TypeSerializer<FraudEvent> serializer) throws IOException {
        out.clear();
        serializer.serialize(event, out);
        in.setBuffer(out.getSharedBuffer(), 0, out.length());
        return serializer.deserialize(in);
    }
}
