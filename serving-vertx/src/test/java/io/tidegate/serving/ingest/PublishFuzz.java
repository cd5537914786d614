package io.tidegate.serving.ingest;

/** A protobuf {@code PublishRequest}. */
public final class PublishFuzz {

    private static final EventProtoDecoder DECODER = new EventProtoDecoder(FuzzTerms.MAX_EVENTS);

    private PublishFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            PublishBatch batch = DECODER.decode(input, FuzzTerms.TERMS);
            FuzzTerms.require(batch.batchId().length() <= 128, "batch id");
            FuzzTerms.check(batch.events());
        } catch (BodyRefusedException e) {
            FuzzTerms.require(e.status() == 400 || e.status() == 413, "status");
        }
    }
}
