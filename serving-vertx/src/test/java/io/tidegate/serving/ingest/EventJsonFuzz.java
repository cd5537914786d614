package io.tidegate.serving.ingest;

/** An object or an array of events. */
public final class EventJsonFuzz {

    private static final EventJsonDecoder DECODER = new EventJsonDecoder(FuzzTerms.MAX_EVENTS);

    private EventJsonFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            EventBatch batch = DECODER.decodeJson(input, input.length, FuzzTerms.TERMS);
            FuzzTerms.check(batch);
            // Whichever way it was read, the long one brings the same.
            FuzzTerms.requireSame(batch, DECODER.decodeAnyJson(input, input.length, FuzzTerms.TERMS));
        } catch (BodyRefusedException e) {
            FuzzTerms.require(e.status() == 400 || e.status() == 413, "status");
        }
    }
}
