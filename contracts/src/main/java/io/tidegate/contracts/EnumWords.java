package io.tidegate.contracts;

import com.google.protobuf.ProtocolMessageEnum;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.Severity;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The words for an enum's values in JSON, in ClickHouse and in rules files: the value's name in the {@code .proto} in lower case without
 * the enum's own, {@code NOTIFICATION_KIND_BIG_WIN} is {@code big_win}. So a new value has its word everywhere at once.
 */
public final class EnumWords<E extends Enum<E> & ProtocolMessageEnum> {

    /** {@code info}, {@code warning}, {@code critical}. */
    public static final EnumWords<Severity> SEVERITIES = new EnumWords<>(Severity.class, "SEVERITY_");

    /** {@code fraud}, {@code surge}, {@code system}. */
    public static final EnumWords<AlertKind> ALERT_KINDS = new EnumWords<>(AlertKind.class, "ALERT_KIND_");

    /** {@code milestone}, {@code big_win}, {@code take_a_break}. */
    public static final EnumWords<NotificationKind> NOTIFICATION_KINDS =
            new EnumWords<>(NotificationKind.class, "NOTIFICATION_KIND_");

    private final Map<E, String> words;
    private final Map<String, E> values = new LinkedHashMap<>();

    private EnumWords(Class<E> type, String prefix) {
        words = new EnumMap<>(type);
        for (E value : type.getEnumConstants()) {
            String word = value.name().substring(value.name().startsWith(prefix) ? prefix.length() : 0);
            if (!word.equals("UNSPECIFIED") && !word.equals("UNRECOGNIZED")) {
                words.put(value, word.toLowerCase(Locale.ROOT));
                values.put(word.toLowerCase(Locale.ROOT), value);
            }
        }
    }

    /** In the order of the {@code .proto}. */
    public List<String> all() {
        return List.copyOf(values.keySet());
    }

    /**
     * @param otherwise for a value that wasn't given, or is of a later version
     */
    public String of(E value, String otherwise) {
        return words.getOrDefault(value, otherwise);
    }

    /** The value, if it is one of the words. */
    public Optional<E> parse(String word) {
        return Optional.ofNullable(values.get(word));
    }
}
