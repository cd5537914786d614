package io.tidegate.replay.mapping;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** A part of a YAML document that knows its place, so that every error can name file, line, column and path. */
final class YamlNode {

    private final String file;
    private final String path;
    private final String name;
    private final Node node;

    YamlNode(String file, String path, String name, Node node) {
        this.file = file;
        this.path = path;
        this.name = name;
        this.node = node;
    }

    static YamlNode root(String file, Node node) {
        return new YamlNode(file, "", "", node);
    }

    private YamlNode member(String key, Node value) {
        return new YamlNode(file, path.isEmpty() ? key : path + "." + key, key, value);
    }

    /** The key in the object that this is a member of. */
    String name() {
        return name;
    }

    String path() {
        return path;
    }

    /** {@code bets.yaml:12:7: events[0].fields}, as an error message begins. */
    String place() {
        return file + ":" + (node.getStartMark().getLine() + 1) + ":"
                + (node.getStartMark().getColumn() + 1) + (path.isEmpty() ? "" : ": " + path);
    }

    MappingException error(String what) {
        return new MappingException(place() + ": " + what);
    }

    /** The members in their order; a key that isn't allowed, or comes twice, is an error. */
    Map<String, YamlNode> members(Collection<String> allowed) {
        return members(allowed, true);
    }

    /** The members in their order, whatever their keys are. */
    Map<String, YamlNode> members() {
        return members(List.of(), false);
    }

    private Map<String, YamlNode> members(Collection<String> allowed, boolean onlyThese) {
        if (!(node instanceof MappingNode mapping)) {
            throw error("expected keys and values");
        }
        Map<String, YamlNode> members = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            String key = new YamlNode(file, path, name, tuple.getKeyNode()).text();
            YamlNode keyPlace = member(key, tuple.getKeyNode());
            if (onlyThese && !allowed.contains(key)) {
                throw keyPlace.error("unknown key; known: " + String.join(", ", allowed));
            }
            if (members.put(key, member(key, tuple.getValueNode())) != null) {
                throw keyPlace.error("given twice");
            }
        }
        return members;
    }

    YamlNode required(Map<String, YamlNode> members, String key) {
        YamlNode member = members.get(key);
        if (member == null) {
            throw member(key, node).error("missing");
        }
        return member;
    }

    List<YamlNode> items() {
        if (!(node instanceof SequenceNode sequence)) {
            throw error("expected a list");
        }
        List<YamlNode> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            items.add(new YamlNode(file, path + "[" + items.size() + "]", name, item));
        }
        return items;
    }

    /** The scalar as it is written: {@code NO} stays a text, {@code 1.10} keeps its zero. */
    String text() {
        if (!(node instanceof ScalarNode scalar)) {
            throw error("expected one value");
        }
        return scalar.getValue();
    }

    char character() {
        String text = text();
        if (text.length() != 1) {
            throw error("expected one character");
        }
        return text.charAt(0);
    }

    boolean flag() {
        return oneOf(List.of("true", "false")).equals("true");
    }

    String oneOf(Collection<String> allowed) {
        String text = text();
        if (!allowed.contains(text)) {
            throw error("'" + text + "' is none of " + String.join(", ", allowed));
        }
        return text;
    }

    /** A list of texts, none empty, none twice, at least one. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        for (YamlNode item : items()) {
            String name = item.text();
            if (name.isEmpty() || names.contains(name)) {
                throw item.error(name.isEmpty() ? "empty" : "'" + name + "' is given twice");
            }
            names.add(name);
        }
        if (names.isEmpty()) {
            throw error("empty");
        }
        return names;
    }

    static Optional<YamlNode> optional(Map<String, YamlNode> members, String key) {
        return Optional.ofNullable(members.get(key));
    }
}
