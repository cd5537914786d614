package io.tidegate.serving.ingest;

/** NDJSON. */
public final class EventLinesFuzz {

    private static final EventJsonDecoder DECODER = new EventJsonDecoder(FuzzTerms.MAX_EVENTS);

    private EventLinesFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            FuzzTerms.check(DECODER.decodeLines(input, input.length, FuzzTerms.TERMS));
        } catch (BodyRefusedException e) {
            FuzzTerms.require(e.status() == 400 || e.status() == 413, "status");
        }
    }
}
