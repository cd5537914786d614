package io.tidegate.serving.notify.settings;

import io.tidegate.serving.config.Durations;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One JSON object read field by field with types and bounds; what nobody read is refused by {@link #finish()}. */
final class JsonFields {

    private final String path;
    private final JsonObject object;
    private final Set<String> unread;

    private JsonFields(String path, JsonObject object) {
        this.path = path;
        this.object = object;
        this.unread = new HashSet<>(object.fieldNames());
    }

    static JsonFields of(Buffer body) {
        try {
            return new JsonFields("", new JsonObject(body));
        } catch (DecodeException | ClassCastException e) {
            throw new BadSettingException("body", "must be a JSON object");
        }
    }

    Optional<JsonFields> object(String key) {
        Object value = take(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof JsonObject nested)) {
            throw new BadSettingException(name(key), "must be an object");
        }
        return Optional.of(new JsonFields(name(key), nested));
    }

    Optional<String> text(String key, int maxLength) {
        Object value = take(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof String text)) {
            throw new BadSettingException(name(key), "must be a text");
        }
        if (text.length() > maxLength || text.chars().anyMatch(Character::isISOControl)) {
            throw new BadSettingException(
                    name(key), "must have at most " + maxLength + " characters and no control characters");
        }
        return Optional.of(text);
    }

    String requiredText(String key, int maxLength) {
        return text(key, maxLength)
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> new BadSettingException(name(key), "is required"));
    }

    boolean flag(String key, boolean defaultValue) {
        Object value = take(key);
        if (value == null) {
            return defaultValue;
        }
        if (!(value instanceof Boolean flag)) {
            throw new BadSettingException(name(key), "must be true or false");
        }
        return flag;
    }

    /** A list of different texts; absent: empty. */
    List<String> texts(String key, int maxItems, int maxLength) {
        Object value = take(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof JsonArray array) || array.size() > maxItems) {
            throw new BadSettingException(name(key), "must be a list of at most " + maxItems + " texts");
        }
        List<String> texts = new ArrayList<>();
        for (Object item : array) {
            if (!(item instanceof String text) || text.isBlank() || text.length() > maxLength) {
                throw new BadSettingException(name(key), "must hold texts of 1 to " + maxLength + " characters");
            }
            if (!texts.contains(text)) {
                texts.add(text);
            }
        }
        return texts;
    }

    /** Of some words; absent: empty. */
    List<String> words(String key, List<String> known) {
        List<String> given = texts(key, known.size(), 64);
        for (String word : given) {
            if (!known.contains(word)) {
                throw new BadSettingException(name(key), "must be of " + String.join(", ", known));
            }
        }
        return given;
    }

    Duration duration(String key, Duration defaultValue, Duration min, Duration max) {
        Optional<String> text = text(key, 20);
        if (text.isEmpty()) {
            return defaultValue;
        }
        try {
            Duration duration = Durations.parse(text.get());
            if (duration.isZero() || (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0)) {
                return duration;
            }
        } catch (IllegalArgumentException e) {
            throw new BadSettingException(name(key), "must be a duration such as 15m or 1h");
        }
        throw new BadSettingException(
                name(key), "must be 0s, or from " + Durations.format(min) + " to " + Durations.format(max));
    }

    String name(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    void ignore(String key) {
        unread.remove(key);
    }

    void finish() {
        if (!unread.isEmpty()) {
            throw new BadSettingException(name(unread.iterator().next()), "is not a known field");
        }
    }

    private Object take(String key) {
        unread.remove(key);
        return object.getValue(key);
    }
}
