package io.tidegate.serving.query;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The answers of the last moments. Whoever asks what somebody else is just asking waits for the same answer; failures aren't
 * kept.
 */
final class Answers {

    /**
     * @param question equal for equal questions; everything that the answer depends on is in it
     */
    record Key(String name, Object question, AnswerFormat format) {}

    private static final int BYTES_BESIDE_BODY = 512;

    private final AsyncCache<Key, Answer> cache;
    private final Counter asked;
    private final Counter shared;

    Answers(QueryConfig config, MeterRegistry meters) {
        this.cache = Caffeine.newBuilder()
                .expireAfterWrite(config.cacheFor())
                .maximumWeight(config.cacheSize().bytes())
                .weigher((Key key, Answer answer) ->
                        BYTES_BESIDE_BODY + answer.body().length())
                .buildAsync();
        this.asked = counter(meters, "store");
        this.shared = counter(meters, "cache");
    }

    private static Counter counter(MeterRegistry meters, String from) {
        return Counter.builder("tidegate.query.answers")
                .description("Answers, by whether ClickHouse was asked for them")
                .tag("from", from)
                .register(meters);
    }

    /** The kept answer, the one that is on its way, or a new one. Completes on any thread. */
    CompletableFuture<Answer> get(Key key, Supplier<CompletableFuture<Answer>> ask) {
        AtomicBoolean mine = new AtomicBoolean();
        CompletableFuture<Answer> answer = cache.get(key, (missing, executor) -> {
            mine.set(true);
            return ask.get();
        });
        (mine.get() ? asked : shared).increment();
        return answer;
    }
}
