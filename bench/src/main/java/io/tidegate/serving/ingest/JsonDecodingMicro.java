package io.tidegate.serving.ingest;

import io.tidegate.bench.workload.BetEvents;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** From JSON to records for the topic: a hundred bets of 300 bytes, on the short way and on the long one. In this package for the decoder's sake. */
@State(Scope.Thread)
public class JsonDecodingMicro {

    private static final int EVENTS = 100;
    private static final long NOW = System.currentTimeMillis();

    private final IngestTerms terms = new IngestTerms(
            NOW,
            NOW - Duration.ofDays(1).toMillis(),
            NOW + Duration.ofMinutes(5).toMillis(),
            "");
    private final EventJsonDecoder decoder = new EventJsonDecoder(EVENTS);
    private final byte[] body = body();

    private static byte[] body() {
        BetEvents bets = new BetEvents(10_000, 0, NOW - Duration.ofHours(1).toMillis());
        return IntStream.range(0, EVENTS)
                .mapToObj(bets::json)
                .collect(Collectors.joining(",", "[", "]"))
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public Object plain() throws BodyRefusedException {
        return decoder.decodeJson(body, body.length, terms);
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public Object any() throws BodyRefusedException {
        return decoder.decodeAnyJson(body, body.length, terms);
    }
}
