package io.tidegate.jobs.kafka;

import io.tidegate.contracts.v1.Counter;

/** Record keys of topic {@code counters}: what compaction keeps the latest value of. */
final class CounterKeys {

    private CounterKeys() {}

    static String of(Counter counter) {
        return switch (counter.getValueCase()) {
            case POST -> "post/" + counter.getPost().getPostId();
            case POST_LEADERBOARD -> "leaderboard/posts";
            case VALUE_NOT_SET -> throw new IllegalArgumentException("counter without a value");
        };
    }
}
