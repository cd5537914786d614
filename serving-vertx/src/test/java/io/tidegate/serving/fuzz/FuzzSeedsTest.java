package io.tidegate.serving.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.serving.auth.TokenFuzz;
import io.tidegate.serving.ingest.AmountsFuzz;
import io.tidegate.serving.ingest.EventJsonFuzz;
import io.tidegate.serving.ingest.EventLinesFuzz;
import io.tidegate.serving.ingest.GzipFuzz;
import io.tidegate.serving.ingest.IdempotencyKeyFuzz;
import io.tidegate.serving.ingest.PublishFuzz;
import io.tidegate.serving.ingest.TimestampsFuzz;
import io.tidegate.serving.push.ChannelFuzz;
import io.tidegate.serving.push.ClientMessageFuzz;
import io.tidegate.serving.push.CursorFuzz;
import io.tidegate.serving.rules.RuleJsonFuzz;
import io.tidegate.serving.rules.RuleRecordFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every fuzz target on its seeds and on the same few thousand mutations of them each time: a regression test and the proof that the
 * targets themselves work. {@code scripts/fuzz} lets Jazzer look further.
 */
class FuzzSeedsTest {

    private static final Path SEEDS = Path.of("src/test/fuzz");
    private static final int MUTATIONS = 3_000;

    private enum Target {
        EventJson(EventJsonFuzz::fuzzerTestOneInput),
        EventLines(EventLinesFuzz::fuzzerTestOneInput),
        Gzip(GzipFuzz::fuzzerTestOneInput),
        Publish(PublishFuzz::fuzzerTestOneInput),
        Timestamps(TimestampsFuzz::fuzzerTestOneInput),
        Amounts(AmountsFuzz::fuzzerTestOneInput),
        IdempotencyKey(IdempotencyKeyFuzz::fuzzerTestOneInput),
        Cursor(CursorFuzz::fuzzerTestOneInput),
        Channel(ChannelFuzz::fuzzerTestOneInput),
        ClientMessage(ClientMessageFuzz::fuzzerTestOneInput),
        Token(TokenFuzz::fuzzerTestOneInput),
        RuleJson(RuleJsonFuzz::fuzzerTestOneInput),
        RuleRecord(RuleRecordFuzz::fuzzerTestOneInput);

        private final Consumer<byte[]> run;

        Target(Consumer<byte[]> run) {
            this.run = run;
        }
    }

    @ParameterizedTest
    @EnumSource
    void noSeedAndNoMutationOfOneBreaksTheDecoder(Target target) throws IOException {
        List<Path> seeds;
        try (Stream<Path> files = Files.list(SEEDS.resolve(target.name()))) {
            seeds = files.sorted().toList();
        }
        assertThat(seeds).isNotEmpty();
        SplittableRandom random = new SplittableRandom(42);
        target.run.accept(new byte[0]);
        for (Path seed : seeds) {
            byte[] bytes = Files.readAllBytes(seed);
            target.run.accept(bytes);
            for (int i = 0; i < MUTATIONS / seeds.size(); i++) {
                target.run.accept(mutate(bytes, random));
            }
        }
    }

    /** A few bytes changed, cut, doubled or put elsewhere. */
    private static byte[] mutate(byte[] seed, SplittableRandom random) {
        byte[] bytes = seed.clone();
        for (int rounds = random.nextInt(1, 5); rounds > 0 && bytes.length > 0; rounds--) {
            int at = random.nextInt(bytes.length);
            int length = Math.min(bytes.length - at, random.nextInt(1, 17));
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes = Arrays.copyOf(bytes, at);
                case 2 -> {
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + length);
                    System.arraycopy(bytes, at, longer, bytes.length, length);
                    bytes = longer;
                }
                default -> System.arraycopy(seed, 0, bytes, at, Math.min(length, seed.length));
            }
        }
        return bytes;
    }
}
