package io.tidegate.jobs.fraud;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What the rule about a device, or a post and where it was liked from, looks back at. */
final class SharedHistory extends SubjectHistory {

    private Crowd crowd = new Crowd();

    Crowd crowd() {
        return crowd;
    }

    SharedHistory copy() {
        SharedHistory copy = new SharedHistory();
        copyTo(copy);
        copy.crowd = crowd.copy();
        return copy;
    }

    void write(DataOutputView target) throws IOException {
        writeCommon(target);
        crowd.write(target);
    }

    static SharedHistory read(DataInputView source) throws IOException {
        SharedHistory history = new SharedHistory();
        history.readCommon(source);
        history.crowd = Crowd.read(source);
        return history;
    }
}
