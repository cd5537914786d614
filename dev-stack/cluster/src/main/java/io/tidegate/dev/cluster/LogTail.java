package io.tidegate.dev.cluster;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The last lines of files that may be large. */
final class LogTail {

    private static final int MOST_BYTES = 128 * 1024;

    private LogTail() {}

    /** Oldest first; empty when there is no such file. */
    static List<String> of(Path file, int lines) {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long start = Math.max(0, in.length() - MOST_BYTES);
            in.seek(start);
            byte[] bytes = new byte[Math.toIntExact(in.length() - start)];
            in.readFully(bytes);
            List<String> all = new ArrayList<>(
                    new String(bytes, StandardCharsets.UTF_8).lines().toList());
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException e) {
            return List.of();
        }
    }
}
