package io.tidegate.contracts.rules;

import io.tidegate.contracts.EnumWords;
import io.tidegate.contracts.v1.Severity;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Reads a rules file into {@link RuleDefinition}s. The YAML is only composed to nodes, never constructed to objects: nodes know their
 * lines, and nothing in the file decides about a type.
 */
public final class RuleFile {

    private static final Set<String> RULE_FIELDS = Set.of("version", "enabled", "severity", "window", "thresholds");

    private final Map<String, RuleDefinition> defaults;

    private RuleFile(Map<String, RuleDefinition> defaults) {
        this.defaults = defaults;
    }

    /**
     * The built-in rules, overridden rule by rule and field by field by {@code file}.
     *
     * @return every rule by its id, in the order of the catalogue
     * @throws IllegalArgumentException where the file can't be read, is no YAML (names the line), or has a rule, a field or a
     *     value that isn't allowed (names the field by its path, for example {@code rules.rapid-bets.window}, and the line)
     */
    public static Map<String, RuleDefinition> load(Path file) {
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return new RuleFile(RuleCatalog.defaults()).parse(in);
        } catch (IOException e) {
            throw new IllegalArgumentException("rules file " + file + " cannot be read: " + e, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("rules file " + file + ": " + e.getMessage(), e);
        }
    }

    /** Every rule with every field. */
    static Map<String, RuleDefinition> parseDefaults(Reader yaml) {
        Map<String, RuleDefinition> rules = new RuleFile(Map.of()).parse(yaml);
        for (String id : RuleCatalog.all().keySet()) {
            if (!rules.containsKey(id)) {
                throw new IllegalArgumentException("rules." + id + ": missing");
            }
        }
        return rules;
    }

    private Map<String, RuleDefinition> parse(Reader yaml) {
        Node root = compose(yaml);
        if (root == null) {
            throw new IllegalArgumentException("rules: missing");
        }
        Map<String, Node> top = fields(root, "");
        for (Map.Entry<String, Node> field : top.entrySet()) {
            if (!field.getKey().equals("rules")) {
                throw refused(field.getKey(), "unknown field, only rules expected", field.getValue());
            }
        }
        if (top.isEmpty()) {
            throw new IllegalArgumentException("rules: missing");
        }
        Map<String, RuleDefinition> rules = new LinkedHashMap<>(defaults);
        fields(top.get("rules"), "rules").forEach((id, node) -> rules.put(id, rule(id, node)));
        return Collections.unmodifiableMap(rules);
    }

    private static Node compose(Reader reader) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(1024 * 1024);
        options.setMaxAliasesForCollections(0);
        try {
            return new Yaml(new SafeConstructor(options)).compose(reader);
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
            String line = mark == null ? "" : " in line " + (mark.getLine() + 1);
            throw new IllegalArgumentException("no YAML" + line + ": " + e.getProblem(), e);
        } catch (YAMLException e) {
            throw new IllegalArgumentException("no YAML: " + e.getMessage(), e);
        }
    }

    private RuleDefinition rule(String id, Node node) {
        String path = "rules." + id;
        RuleSpec spec = RuleCatalog.all().get(id);
        if (spec == null) {
            throw refused(
                    path,
                    "unknown rule; known are "
                            + String.join(", ", RuleCatalog.all().keySet()),
                    node);
        }
        Map<String, Node> fields = fields(node, path);
        for (Map.Entry<String, Node> field : fields.entrySet()) {
            if (!RULE_FIELDS.contains(field.getKey())) {
                throw refused(path + "." + field.getKey(), "unknown field", field.getValue());
            }
        }
        RuleDefinition before = defaults.get(id);
        RuleDefinition rule = new RuleDefinition(
                id,
                version(path + ".version", fields.get("version"), node, before),
                enabled(path + ".enabled", fields.get("enabled"), node, before),
                severity(path + ".severity", fields.get("severity"), node, before),
                window(path + ".window", fields.get("window"), node, before, spec),
                thresholds(path + ".thresholds", fields.get("thresholds"), node, before, spec));
        return checked(rule, spec, path, node);
    }

    private static int version(String path, Node node, Node parent, RuleDefinition before) {
        if (node == null) {
            // An override is a change, and each change has a version of its own.
            return required(path, parent, before).version() + 1;
        }
        String text = scalar(node, path);
        if (!text.matches("[1-9]\\d{0,8}")) {
            throw refused(path, "a whole number of at least 1 expected, got '" + text + "'", node);
        }
        return Integer.parseInt(text);
    }

    private static boolean enabled(String path, Node node, Node parent, RuleDefinition before) {
        if (node == null) {
            return required(path, parent, before).enabled();
        }
        return switch (scalar(node, path)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refused(path, "true or false expected, got '" + scalar(node, path) + "'", node);
        };
    }

    private static Severity severity(String path, Node node, Node parent, RuleDefinition before) {
        if (node == null) {
            return required(path, parent, before).severity();
        }
        String text = scalar(node, path);
        return EnumWords.SEVERITIES
                .parse(text)
                .orElseThrow(() -> refused(path, "info, warning or critical expected, got '" + text + "'", node));
    }

    private static Duration window(String path, Node node, Node parent, RuleDefinition before, RuleSpec spec) {
        if (node == null) {
            return required(path, parent, before).window();
        }
        String text = scalar(node, path);
        try {
            return spec.parseWindow(text);
        } catch (IllegalArgumentException e) {
            throw refused(path, e.getMessage(), node);
        }
    }

    private static Map<String, BigDecimal> thresholds(
            String path, Node node, Node parent, RuleDefinition before, RuleSpec spec) {
        Map<String, Node> given = node == null ? Map.of() : fields(node, path);
        for (Map.Entry<String, Node> field : given.entrySet()) {
            if (spec.threshold(field.getKey()).isEmpty()) {
                throw refused(path + "." + field.getKey(), "unknown threshold", field.getValue());
            }
        }
        Map<String, BigDecimal> thresholds = new LinkedHashMap<>();
        for (ThresholdSpec threshold : spec.thresholds()) {
            String field = path + "." + threshold.name();
            Node value = given.get(threshold.name());
            thresholds.put(
                    threshold.name(),
                    value == null
                            ? required(field, parent, before).thresholds().get(threshold.name())
                            : threshold(threshold, field, value));
        }
        return thresholds;
    }

    private static BigDecimal threshold(ThresholdSpec spec, String path, Node node) {
        String text = scalar(node, path);
        try {
            return spec.parse(text);
        } catch (IllegalArgumentException e) {
            throw refused(path, e.getMessage(), node);
        }
    }

    /** What no field on its own can show. */
    private static RuleDefinition checked(RuleDefinition rule, RuleSpec spec, String path, Node node) {
        try {
            return spec.checked(rule);
        } catch (InvalidRuleException e) {
            throw refused(path + "." + e.field(), e.problem(), node);
        }
    }

    private static RuleDefinition required(String path, Node parent, RuleDefinition before) {
        if (before == null) {
            throw refused(path, "missing", parent);
        }
        return before;
    }

    private static Map<String, Node> fields(Node node, String path) {
        if (!(node instanceof MappingNode mapping)) {
            throw refused(path.isEmpty() ? "rules" : path, "fields expected", node);
        }
        Map<String, Node> fields = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            String name = scalar(tuple.getKeyNode(), path);
            if (fields.put(name, tuple.getValueNode()) != null) {
                throw refused(path.isEmpty() ? name : path + "." + name, "given twice", tuple.getKeyNode());
            }
        }
        return fields;
    }

    private static String scalar(Node node, String path) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw refused(path, "a single value expected", node);
    }

    private static IllegalArgumentException refused(String path, String problem, Node node) {
        return new IllegalArgumentException(
                path + ": " + problem + " (line " + (node.getStartMark().getLine() + 1) + ")");
    }
}
