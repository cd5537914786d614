package io.tidegate.dev.demo.supervise;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What a child prints: kept in a file of bounded size (one older generation beside it), the last lines in memory too.
 * Thread-safe.
 */
public final class OutputLog {

    private static final long MAX_FILE_CHARS = 1024 * 1024;
    private static final int LINES_KEPT = 200;

    private final Path file;
    private final Deque<String> last = new ArrayDeque<>();
    private Writer writer;
    private long written;

    OutputLog(Path file) {
        this.file = file;
        open();
    }

    /** Copies the stream line by line until it ends. */
    void drain(BufferedReader lines) {
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                append(line);
            }
        } catch (IOException e) {
            append("(output lost: " + e.getMessage() + ")");
        } finally {
            close();
        }
    }

    /** Whether one of the last lines starts with the text. */
    public synchronized boolean hasLineStartingWith(String text) {
        return last.stream().anyMatch(line -> line.startsWith(text));
    }

    /** At most so many, oldest first. */
    public synchronized List<String> lastLines(int count) {
        return last.stream().skip(Math.max(0, last.size() - count)).toList();
    }

    private synchronized void append(String line) {
        last.addLast(line);
        if (last.size() > LINES_KEPT) {
            last.removeFirst();
        }
        try {
            if (written > MAX_FILE_CHARS) {
                roll();
            }
            writer.write(line);
            writer.write('\n');
            writer.flush();
            written += line.length() + 1;
        } catch (IOException e) {
            // A full disk: the child's output must still be read, or the child blocks.
            last.addLast("(not written to " + file + ": " + e.getMessage() + ")");
        }
    }

    private void roll() throws IOException {
        writer.close();
        Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        open();
    }

    private void open() {
        try {
            writer = Files.newBufferedWriter(
                    file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            written = Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't write " + file, e);
        }
    }

    private synchronized void close() {
        try {
            writer.close();
        } catch (IOException e) {
            last.addLast("(not written to " + file + ": " + e.getMessage() + ")");
        }
    }
}
