package io.tidegate.bench.stream;

import java.io.Closeable;
import java.io.IOException;

/** A job that works through a topic until it is closed. */
public interface RunningJob extends Closeable {

    /** @throws IOException where it has failed, or ended by itself */
    void check() throws IOException;
}
