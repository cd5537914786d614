package io.tidegate.dev.clickhouse.compression;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;

/** The HTTP content codings that the front speaks, in the order in which it prefers them for answers. */
public enum ContentCoding {
    LZ4("lz4"),
    ZSTD("zstd"),
    GZIP("gzip"),
    DEFLATE("deflate");

    private static final int BUFFER = 64 * 1024;

    private final String token;

    ContentCoding(String token) {
        this.token = token;
    }

    /** As it stands in {@code Content-Encoding}. */
    public String token() {
        return token;
    }

    /** The coding that a {@code Content-Encoding} names; empty when it isn't one of these. */
    public static Optional<ContentCoding> named(String token) {
        for (ContentCoding coding : values()) {
            if (coding.token.equals(token.strip().toLowerCase(Locale.ROOT))) {
                return Optional.of(coding);
            }
        }
        return Optional.empty();
    }

    /** The preferred one among those that an {@code Accept-Encoding} lists with a weight above 0. */
    public static Optional<ContentCoding> accepted(String acceptEncoding) {
        ContentCoding best = null;
        for (String element : acceptEncoding.split(",")) {
            String[] parts = element.split(";");
            Optional<ContentCoding> coding = named(parts[0]);
            boolean refused = parts.length > 1 && parts[1].strip().matches("q=0(\\.0*)?");
            if (coding.isPresent() && !refused && (best == null || coding.get().ordinal() < best.ordinal())) {
                best = coding.get();
            }
        }
        return Optional.ofNullable(best);
    }

    /** Decodes. */
    public InputStream decode(InputStream in) throws IOException {
        return switch (this) {
            case LZ4 -> new LZ4FrameInputStream(in);
            case ZSTD -> new ZstdInputStream(in);
            case GZIP -> new GZIPInputStream(in, BUFFER);
            case DEFLATE -> new InflaterInputStream(in);
        };
    }

    /** Encodes; what is written is complete once the stream is closed. */
    public OutputStream encode(OutputStream out) throws IOException {
        return switch (this) {
            case LZ4 -> new LZ4FrameOutputStream(out, LZ4FrameOutputStream.BLOCKSIZE.SIZE_256KB);
            case ZSTD -> new ZstdOutputStream(out, 1);
            case GZIP -> new GZIPOutputStream(out, BUFFER, true);
            case DEFLATE -> new DeflaterOutputStream(out, true);
        };
    }
}
