package io.tidegate.serving.ingest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Inflates a body, and stops as soon as it has grown beyond what is allowed. */
final class Gzip {

    private static final int BUFFER = 8192;

    private Gzip() {}

    /**
     * @param maxInflated bytes; one more is inflated to tell, and no further
     * @throws BodyRefusedException 413 beyond the limit, 400 if it is no gzip or cut
     */
    static byte[] inflate(byte[] body, int maxInflated) throws BodyRefusedException {
        byte[] inflated;
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body), BUFFER)) {
            inflated = in.readNBytes(maxInflated + 1);
        } catch (IOException e) {
            throw new BodyRefusedException(400, "invalid_gzip", "The body is no valid gzip.");
        }
        if (inflated.length > maxInflated) {
            throw new BodyRefusedException(
                    413, "inflated_too_large", "The body is longer than " + maxInflated + " bytes when inflated.");
        }
        return inflated;
    }
}
