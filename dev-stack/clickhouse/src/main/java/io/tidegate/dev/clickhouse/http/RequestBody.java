package io.tidegate.dev.clickhouse.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.tidegate.dev.clickhouse.compression.BlockInputStream;
import io.tidegate.dev.clickhouse.compression.ContentCoding;
import io.tidegate.dev.clickhouse.engine.EngineException;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The body of a request, decoded; a body that ends early is an {@link IOException}, never a short success. */
final class RequestBody {

    private static final int UNKNOWN_COMPRESSION_METHOD = 89;

    private RequestBody() {}

    static InputStream open(HttpExchange exchange, boolean compressedBlocks) throws IOException, EngineException {
        Headers headers = exchange.getRequestHeaders();
        InputStream body = exchange.getRequestBody();
        String length = headers.getFirst("Content-Length");
        if (length != null) {
            body = new ExactLengthInputStream(body, Long.parseLong(length.strip()));
        }
        String coding = headers.getFirst("Content-Encoding");
        if (coding != null && !coding.isBlank() && !coding.equalsIgnoreCase("identity")) {
            Optional<ContentCoding> known = ContentCoding.named(coding);
            if (known.isEmpty()) {
                throw EngineException.of(
                        UNKNOWN_COMPRESSION_METHOD,
                        "UNKNOWN_COMPRESSION_METHOD",
                        "Unknown compression method: " + coding);
            }
            body = known.get().decode(body);
        }
        return compressedBlocks ? new BlockInputStream(body) : body;
    }

    /** Fails where the connection ended before the announced length. */
    static final class ExactLengthInputStream extends FilterInputStream {

        private long left;

        ExactLengthInputStream(InputStream in, long length) {
            super(in);
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            account(b < 0 ? -1 : 1);
            return b;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int n = super.read(target, offset, length);
            account(n);
            return n;
        }

        @Override
        public long skip(long n) throws IOException {
            long skipped = super.skip(n);
            left -= skipped;
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        private void account(int n) throws EOFException {
            if (n < 0 && left > 0) {
                throw new EOFException("The body ended " + left + " bytes before its announced length");
            }
            left -= Math.max(0, n);
        }
    }
}
