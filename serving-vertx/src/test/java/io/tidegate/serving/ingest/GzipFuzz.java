package io.tidegate.serving.ingest;

/** A gzip body: never more than the limit, and cut or broken ones are refused. */
public final class GzipFuzz {

    private static final int MAX = 64 * 1024;

    private GzipFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            FuzzTerms.require(Gzip.inflate(input, MAX).length <= MAX, "more than the limit");
        } catch (BodyRefusedException e) {
            FuzzTerms.require(e.status() == 400 || e.status() == 413, "status");
        }
    }
}
