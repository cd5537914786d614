package io.tidegate.jobs.fraud;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What the rule about a device, or a post and where it was liked from, looks back at. */
final class SharedHistory extends SubjectHistory {

    private static final Crowd NOBODY = new Crowd();

    /** Null until an event was decided about: most subjects have a single one, which waits for a second. */
    private Crowd crowd;

    Crowd crowd() {
        if (crowd == null) {
            crowd = new Crowd();
        }
        return crowd;
    }

    SharedHistory copy() {
        SharedHistory copy = new SharedHistory();
        copyTo(copy);
        copy.crowd = crowd == null ? null : crowd.copy();
        return copy;
    }

    void write(DataOutputView target) throws IOException {
        writeCommon(target);
        (crowd == null ? NOBODY : crowd).write(target);
    }

    static SharedHistory read(DataInputView source) throws IOException {
        SharedHistory history = new SharedHistory();
        history.readCommon(source);
        history.crowd = Crowd.read(source);
        return history;
    }
}
