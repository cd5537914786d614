package io.tidegate.jobs.archive;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.streaming.api.graph.StreamGraphHasherV2;

/** Where a job restored from a savepoint begins to read its topics. */
final class SavepointPositions {

    /** The name of Flink's source operator for the splits of its reader. */
    private static final String SPLITS = "SourceReaderState";

    private final CheckpointMetadata metadata;

    private SavepointPositions(CheckpointMetadata metadata) {
        this.metadata = metadata;
    }

    /**
     * @param savepoint the folder of a savepoint or of a retained checkpoint, as Flink names it
     * @throws IOException where there is none that can be read
     */
    static SavepointPositions of(URI savepoint) throws IOException {
        Path file = new Path(new Path(savepoint), "_metadata");
        FileSystem files = file.getFileSystem();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(files.open(file)))) {
            return new SavepointPositions(Checkpoints.loadCheckpointMetadata(
                    in, SavepointPositions.class.getClassLoader(), savepoint.toString()));
        }
    }

    long checkpointId() {
        return metadata.getCheckpointId();
    }

    /**
     * For each partition that the source knew, the offset of the first record that isn't in the savepoint; 0 where it
     * had read nothing of it.
     *
     * @param uid of the source
     * @throws NoSuchElementException where the savepoint has no such source: it is another job's
     */
    Map<Integer, Long> of(String uid) throws IOException {
        OperatorState source = metadata.getOperatorStates().stream()
                .filter(state -> state.getOperatorID()
                        .equals(new OperatorID(StreamGraphHasherV2.generateUserSpecifiedHash(uid))))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no source " + uid + " in the savepoint"));
        Map<Integer, Long> positions = new TreeMap<>();
        for (OperatorSubtaskState subtask : source.getStates()) {
            for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
                readSplits(handle, positions);
            }
        }
        return positions;
    }

    private static void readSplits(OperatorStateHandle handle, Map<Integer, Long> positions) throws IOException {
        OperatorStateHandle.StateMetaInfo splits =
                handle.getStateNameToPartitionOffsets().get(SPLITS);
        if (splits == null) {
            return;
        }
        KafkaPartitionSplitSerializer form = new KafkaPartitionSplitSerializer();
        try (FSDataInputStream file = handle.openInputStream()) {
            for (long offset : splits.getOffsets()) {
                file.seek(offset);
                DataInputStream in = new DataInputStream(file);
                // A byte array: its length, then what the source's versioned serializer wrote: version, length, split.
                int length = in.readInt();
                int version = in.readInt();
                byte[] split = new byte[in.readInt()];
                if (split.length != length - 2 * Integer.BYTES) {
                    throw new IOException("The state of a source isn't laid out as this build knows it");
                }
                in.readFully(split);
                KafkaPartitionSplit position = form.deserialize(version, split);
                positions.put(position.getPartition(), Math.max(0, position.getStartingOffset()));
            }
        }
    }
}
