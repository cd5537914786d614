package io.tidegate.jobs.backup;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Lines of a stream, one by one, without making objects of them. */
final class Lines {

    private static final int BUFFER = 1 << 16;

    /** Takes a line without its end. */
    interface Reader {

        void line(byte[] buffer, int offset, int length) throws IOException, BackupException;
    }

    private Lines() {}

    /** @throws BackupException the last line has no end: the stream was cut */
    static void forEach(InputStream in, Reader reader) throws IOException, BackupException {
        byte[] buffer = new byte[BUFFER];
        int filled = 0;
        while (true) {
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
            }
            int read = in.read(buffer, filled, buffer.length - filled);
            if (read < 0) {
                break;
            }
            int start = 0;
            for (int i = filled; i < filled + read; i++) {
                if (buffer[i] == '\n') {
                    reader.line(buffer, start, i - start);
                    start = i + 1;
                }
            }
            filled += read - start;
            System.arraycopy(buffer, start, buffer, 0, filled);
        }
        if (filled > 0) {
            throw new BackupException("The last line has no end: cut off");
        }
    }
}
