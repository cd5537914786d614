package io.tidegate.serving.config;

import java.io.Reader;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * One mapping of a YAML file, read key by key with a type, a default and bounds. What nobody read is refused by
 * {@link #finish()}, so a misspelt key is an error and not a silent default.
 *
 * <p>Every error is a {@link ConfigException} that names the field by its full path.
 */
public final class YamlSection {

    private final String path;
    private final Map<String, Node> unread;

    private YamlSection(String path, Map<String, Node> unread) {
        this.path = path;
        this.unread = unread;
    }

    /** Reads a whole file; an empty file is an empty section. */
    public static YamlSection parse(Reader yaml) {
        try {
            Node root = new Yaml(new LoaderOptions()).compose(yaml);
            return of("", root);
        } catch (YAMLException e) {
            throw new ConfigException("yaml", oneLine(e.getMessage()), e);
        }
    }

    private static YamlSection of(String path, Node node) {
        Map<String, Node> entries = new LinkedHashMap<>();
        if (node == null || isNull(node)) {
            return new YamlSection(path, entries);
        }
        if (!(node instanceof MappingNode mapping)) {
            throw new ConfigException(path.isEmpty() ? "yaml" : path, "must be a mapping of keys to values");
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw new ConfigException(path.isEmpty() ? "yaml" : path, "a key must be plain text");
            }
            if (entries.put(key.getValue(), tuple.getValueNode()) != null) {
                throw new ConfigException(join(path, key.getValue()), "is given twice");
            }
        }
        return new YamlSection(path, entries);
    }

    /** A nested mapping; absent is the same as empty. */
    public YamlSection section(String key) {
        return of(join(path, key), unread.remove(key));
    }

    public Optional<String> text(String key) {
        Node node = unread.remove(key);
        if (node == null || isNull(node)) {
            return Optional.empty();
        }
        if (!(node instanceof ScalarNode scalar)) {
            throw new ConfigException(join(path, key), "must be a single value");
        }
        return Optional.of(scalar.getValue());
    }

    public String text(String key, String defaultValue) {
        return text(key).orElse(defaultValue);
    }

    public String requiredText(String key) {
        return text(key)
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> new ConfigException(join(path, key), "is required"));
    }

    public List<String> texts(String key, List<String> defaultValue) {
        Node node = unread.remove(key);
        if (node == null || isNull(node)) {
            return defaultValue;
        }
        if (!(node instanceof SequenceNode sequence)) {
            throw new ConfigException(join(path, key), "must be a list");
        }
        List<String> values = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            if (!(item instanceof ScalarNode scalar)) {
                throw new ConfigException(join(path, key), "must be a list of single values");
            }
            values.add(scalar.getValue());
        }
        return List.copyOf(values);
    }

    public int integer(String key, int defaultValue, int min, int max) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return defaultValue;
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new ConfigException(join(path, key), "must be a whole number (was '" + text.get() + "')", e);
        }
        throw new ConfigException(
                join(path, key), "must be between " + min + " and " + max + " (was " + text.get() + ")");
    }

    /** A TCP port; 0 lets the system choose. */
    public int port(String key, int defaultValue) {
        return integer(key, defaultValue, 0, 65_535);
    }

    public boolean flag(String key, boolean defaultValue) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return defaultValue;
        }
        return switch (text.get()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new ConfigException(join(path, key), "must be true or false (was '" + text.get() + "')");
        };
    }

    public Duration duration(String key, Duration defaultValue, Duration min, Duration max) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return defaultValue;
        }
        Duration value;
        try {
            value = Durations.parse(text.get());
        } catch (IllegalArgumentException e) {
            throw new ConfigException(join(path, key), e.getMessage(), e);
        }
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new ConfigException(
                    join(path, key),
                    "must be between " + Durations.format(min) + " and " + Durations.format(max) + " (was " + text.get()
                            + ")");
        }
        return value;
    }

    public DataSize size(String key, DataSize defaultValue, DataSize min, DataSize max) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return defaultValue;
        }
        DataSize value;
        try {
            value = DataSize.parse(text.get());
        } catch (IllegalArgumentException e) {
            throw new ConfigException(join(path, key), e.getMessage(), e);
        }
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new ConfigException(
                    join(path, key), "must be between " + min + " and " + max + " (was " + text.get() + ")");
        }
        return value;
    }

    public Instant instant(String key, Instant defaultValue) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return defaultValue;
        }
        try {
            return Instant.parse(text.get());
        } catch (DateTimeException e) {
            throw new ConfigException(
                    join(path, key), "must be a time such as 2000-01-01T00:00:00Z (was '" + text.get() + "')", e);
        }
    }

    /** Full name of a key of this section, for errors that the reader finds itself. */
    public String name(String key) {
        return join(path, key);
    }

    /** Call once all keys are read: whatever is left is unknown. */
    public void finish() {
        if (!unread.isEmpty()) {
            throw new ConfigException(join(path, unread.keySet().iterator().next()), "is not a known key");
        }
    }

    private static boolean isNull(Node node) {
        return Tag.NULL.equals(node.getTag());
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String oneLine(String text) {
        return text == null ? "cannot be read" : text.replaceAll("\\s+", " ").trim();
    }
}
