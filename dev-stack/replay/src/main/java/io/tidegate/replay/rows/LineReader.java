package io.tidegate.replay.rows;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Characters of a file with the number of the line that they are on. A byte order mark is skipped; bytes that are not in the
 * character set are an error that names their line, because silently replaced they would make two users one.
 */
final class LineReader implements Closeable {

    private static final int BYTE_ORDER_MARK = '\uFEFF';
    private static final int NOTHING = -2;

    private final Path path;
    private final Charset charset;
    private final BufferedReader reader;
    private long line = 1;
    private int peeked = NOTHING;

    LineReader(Path path, Charset charset) throws IOException {
        this.path = path;
        this.charset = charset;
        this.reader = new BufferedReader(new InputStreamReader(Files.newInputStream(path), strict(charset)), 1 << 16);
        if (peek() == BYTE_ORDER_MARK) {
            peeked = NOTHING;
        }
    }

    private static CharsetDecoder strict(Charset charset) {
        return charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    String file() {
        return path.getFileName().toString();
    }

    /** The line of the next character. */
    long line() {
        return line;
    }

    RowException error(long atLine, String what) {
        return new RowException(file(), atLine, what);
    }

    /** The next character without taking it, -1 at the end. */
    int peek() throws IOException {
        if (peeked == NOTHING) {
            peeked = decode();
        }
        return peeked;
    }

    /** The next character, -1 at the end. */
    int read() throws IOException {
        int c = peek();
        peeked = NOTHING;
        if (c == '\n') {
            line++;
        }
        return c;
    }

    /** The rest of the line without its end ({@code \n} or {@code \r\n}), or {@code null} at the end of the file. */
    String readLine() throws IOException {
        if (peek() == -1) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        for (int c = read(); c != -1 && c != '\n'; c = read()) {
            text.append((char) c);
        }
        int last = text.length() - 1;
        if (last >= 0 && text.charAt(last) == '\r') {
            text.setLength(last);
        }
        return text.toString();
    }

    private int decode() throws IOException {
        try {
            return reader.read();
        } catch (CharacterCodingException e) {
            RowException located = error(
                    lineOfFirstMalformedByte(),
                    "bytes that are not " + charset + "; the mapping's 'charset' says which one the file has");
            located.initCause(e);
            throw located;
        }
    }

    /** The reader decodes ahead and doesn't say where it failed, so the file is read again up to there. */
    private long lineOfFirstMalformedByte() throws IOException {
        CharsetDecoder decoder = strict(charset);
        ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
        CharBuffer chars = CharBuffer.allocate(1 << 16);
        long at = 1;
        try (InputStream in = Files.newInputStream(path)) {
            boolean end = false;
            while (!end) {
                int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
                end = read < 0;
                bytes.position(bytes.position() + Math.max(read, 0)).flip();
                CoderResult result = decoder.decode(bytes, chars, end);
                at += newlines(chars);
                if (result.isError()) {
                    return at;
                }
                bytes.compact();
            }
        }
        return at;
    }

    private static long newlines(CharBuffer chars) {
        long count = chars.flip().chars().filter(c -> c == '\n').count();
        chars.clear();
        return count;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
