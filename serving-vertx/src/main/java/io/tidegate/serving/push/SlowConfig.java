package io.tidegate.serving.push;

import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.YamlSection;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What becomes of slow listeners, by kind of channel: section {@code push.slow} of the configuration.
 *
 * @param alerts of {@code alerts}, {@code alerts:fraud}, {@code alerts:surge}: disconnect or gap; default disconnect
 * @param user of {@code user:…}: disconnect or gap; default disconnect
 * @param post of {@code post:…}: conflate or disconnect; default conflate
 * @param leaderboard of {@code leaderboard:posts}: conflate or disconnect; default conflate
 */
public record SlowConfig(SlowPolicy alerts, SlowPolicy user, SlowPolicy post, SlowPolicy leaderboard) {

    public static final SlowConfig DEFAULT =
            new SlowConfig(SlowPolicy.DISCONNECT, SlowPolicy.DISCONNECT, SlowPolicy.CONFLATE, SlowPolicy.CONFLATE);

    /** Of alerts and notifications none may be skipped without a word. */
    private static final Set<SlowPolicy> OF_STREAMS = EnumSet.of(SlowPolicy.DISCONNECT, SlowPolicy.GAP);

    /** A value that was skipped is no gap: the next one says it all. */
    private static final Set<SlowPolicy> OF_STATES = EnumSet.of(SlowPolicy.CONFLATE, SlowPolicy.DISCONNECT);

    /**
     * @throws ConfigException that names the field, if one is unknown or isn't for its channel
     */
    static SlowConfig from(YamlSection yaml) {
        SlowConfig slow = new SlowConfig(
                policy(yaml, "alerts", DEFAULT.alerts, OF_STREAMS),
                policy(yaml, "user", DEFAULT.user, OF_STREAMS),
                policy(yaml, "post", DEFAULT.post, OF_STATES),
                policy(yaml, "leaderboard", DEFAULT.leaderboard, OF_STATES));
        yaml.finish();
        return slow;
    }

    private static SlowPolicy policy(YamlSection yaml, String key, SlowPolicy byDefault, Set<SlowPolicy> possible) {
        String word = yaml.text(key, word(byDefault));
        return Arrays.stream(SlowPolicy.values())
                .filter(policy -> possible.contains(policy) && word(policy).equals(word))
                .findAny()
                .orElseThrow(() -> new ConfigException(
                        yaml.name(key),
                        "must be " + possible.stream().map(SlowConfig::word).collect(Collectors.joining(" or "))
                                + " (was '" + word + "')"));
    }

    private static String word(SlowPolicy policy) {
        return policy.name().toLowerCase(Locale.ROOT);
    }

    SlowPolicy of(Channel.Family family) {
        return switch (family) {
            case ALERTS -> alerts;
            case USER -> user;
            case POST -> post;
            case LEADERBOARD -> leaderboard;
        };
    }
}
