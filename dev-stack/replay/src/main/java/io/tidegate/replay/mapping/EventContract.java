package io.tidegate.replay.mapping;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The names that the gateway's contract gives to types and fields, so that a mapping's slip is found before anything is sent. */
final class EventContract {

    /** {@code occurredAt} isn't among them: it is the row's time. */
    private static final Set<String> OF_ALL = Set.of("userId", "eventId", "ip", "deviceId", "country");

    private record Fields(Set<String> required, Set<String> optional) {}

    private static final Map<String, Fields> BY_TYPE = Map.of(
            "post", new Fields(Set.of("postId"), Set.of()),
            "like", new Fields(Set.of("postId"), Set.of("authorId")),
            "unlike", new Fields(Set.of("postId"), Set.of("authorId")),
            "share", new Fields(Set.of("postId"), Set.of("authorId")),
            "comment", new Fields(Set.of("postId"), Set.of("commentId", "authorId")),
            "bet",
                    new Fields(
                            Set.of("gameId", "amount"),
                            Set.of("betId", "currency", "odds", "betType", "channel", "city", "deviceType")),
            "bet_outcome", new Fields(Set.of("betId", "gameId", "result"), Set.of("payout", "currency")),
            "deposit", new Fields(Set.of("amount"), Set.of("currency", "method")),
            "withdrawal", new Fields(Set.of("amount"), Set.of("currency", "method")),
            "login", new Fields(Set.of(), Set.of()));

    private EventContract() {}

    static Set<String> types() {
        return new TreeSet<>(BY_TYPE.keySet());
    }

    /** The fields that events of the type may have, sorted; of every type where it is {@code null}. */
    static Set<String> fields(String typeOrNull) {
        Set<String> fields = new TreeSet<>(OF_ALL);
        for (Map.Entry<String, Fields> type : BY_TYPE.entrySet()) {
            if (typeOrNull == null || typeOrNull.equals(type.getKey())) {
                fields.addAll(type.getValue().required());
                fields.addAll(type.getValue().optional());
            }
        }
        return fields;
    }

    /** The fields that a mapping for the type must give. */
    static List<String> required(String typeOrNull) {
        Set<String> required = new TreeSet<>(Set.of("userId"));
        if (typeOrNull != null) {
            required.addAll(BY_TYPE.get(typeOrNull).required());
        }
        return List.copyOf(required);
    }
}
