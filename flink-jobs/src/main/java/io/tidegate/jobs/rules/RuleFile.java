package io.tidegate.jobs.rules;

import io.tidegate.contracts.v1.Severity;
import java.io.Reader;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.util.TimeUtils;
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
 * Reads a rules file into {@link Rule}s. The YAML is only composed to nodes, never constructed to objects: nodes know their
 * lines, and nothing in the file decides about a type.
 */
final class RuleFile {

    private static final Duration LONGEST_WINDOW = Duration.ofHours(24);
    private static final Set<String> RULE_FIELDS = Set.of("version", "enabled", "severity", "window", "thresholds");

    private final Map<String, Rule> defaults;

    private RuleFile(Map<String, Rule> defaults) {
        this.defaults = defaults;
    }

    /** Every rule with every field. */
    static Map<String, Rule> parseDefaults(Reader yaml) {
        Map<String, Rule> rules = new RuleFile(Map.of()).parse(yaml);
        for (String id : RuleSchema.THRESHOLDS.keySet()) {
            if (!rules.containsKey(id)) {
                throw new IllegalArgumentException("rules." + id + ": missing");
            }
        }
        return rules;
    }

    /** {@code defaults} with what the file says in their place. */
    static Map<String, Rule> parseOverrides(Reader yaml, Map<String, Rule> defaults) {
        return new RuleFile(defaults).parse(yaml);
    }

    private Map<String, Rule> parse(Reader yaml) {
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
        Map<String, Rule> rules = new LinkedHashMap<>(defaults);
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

    private Rule rule(String id, Node node) {
        String path = "rules." + id;
        List<ThresholdSpec> specs = RuleSchema.THRESHOLDS.get(id);
        if (specs == null) {
            throw refused(path, "unknown rule; known are " + String.join(", ", RuleSchema.THRESHOLDS.keySet()), node);
        }
        Map<String, Node> fields = fields(node, path);
        for (Map.Entry<String, Node> field : fields.entrySet()) {
            if (!RULE_FIELDS.contains(field.getKey())) {
                throw refused(path + "." + field.getKey(), "unknown field", field.getValue());
            }
        }
        Rule before = defaults.get(id);
        Rule rule = new Rule(
                id,
                version(path + ".version", fields.get("version"), node, before),
                enabled(path + ".enabled", fields.get("enabled"), node, before),
                severity(path + ".severity", fields.get("severity"), node, before),
                window(path + ".window", fields.get("window"), node, before),
                thresholds(path + ".thresholds", fields.get("thresholds"), node, before, specs));
        return checked(rule, path, node);
    }

    private static int version(String path, Node node, Node parent, Rule before) {
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

    private static boolean enabled(String path, Node node, Node parent, Rule before) {
        if (node == null) {
            return required(path, parent, before).enabled();
        }
        return switch (scalar(node, path)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refused(path, "true or false expected, got '" + scalar(node, path) + "'", node);
        };
    }

    private static Severity severity(String path, Node node, Node parent, Rule before) {
        if (node == null) {
            return required(path, parent, before).severity();
        }
        return switch (scalar(node, path)) {
            case "info" -> Severity.SEVERITY_INFO;
            case "warning" -> Severity.SEVERITY_WARNING;
            case "critical" -> Severity.SEVERITY_CRITICAL;
            default ->
                throw refused(path, "info, warning or critical expected, got '" + scalar(node, path) + "'", node);
        };
    }

    private static Duration window(String path, Node node, Node parent, Rule before) {
        if (node == null) {
            return required(path, parent, before).window();
        }
        String text = scalar(node, path);
        String expected = "a duration with its unit such as 10s or 5min, from 1ms to 24h, expected, got '" + text + "'";
        // Flink would read a number without a unit as milliseconds: nobody who writes 10 means that.
        if (!text.toLowerCase(Locale.ROOT).matches("\\d{1,15}\\s*[a-z]+")) {
            throw refused(path, expected, node);
        }
        Duration window;
        try {
            window = TimeUtils.parseDuration(text);
        } catch (IllegalArgumentException e) {
            throw refused(path, expected, node);
        }
        if (window.compareTo(LONGEST_WINDOW) > 0 || window.toMillis() < 1 || window.toNanosPart() % 1_000_000 != 0) {
            throw refused(path, expected, node);
        }
        return window;
    }

    private static Map<String, BigDecimal> thresholds(
            String path, Node node, Node parent, Rule before, List<ThresholdSpec> specs) {
        Map<String, Node> given = node == null ? Map.of() : fields(node, path);
        Map<String, ThresholdSpec> known = specs.stream().collect(Collectors.toMap(ThresholdSpec::name, spec -> spec));
        for (Map.Entry<String, Node> field : given.entrySet()) {
            if (!known.containsKey(field.getKey())) {
                throw refused(path + "." + field.getKey(), "unknown threshold", field.getValue());
            }
        }
        Map<String, BigDecimal> thresholds = new HashMap<>();
        for (ThresholdSpec spec : specs) {
            String field = path + "." + spec.name();
            Node value = given.get(spec.name());
            thresholds.put(
                    spec.name(),
                    value == null
                            ? required(field, parent, before).threshold(spec.name())
                            : threshold(spec, field, value));
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
    private static Rule checked(Rule rule, String path, Node node) {
        Map<String, BigDecimal> thresholds = rule.thresholds();
        if (thresholds.containsKey("endFactor")
                && thresholds.get("endFactor").compareTo(thresholds.get("factor")) > 0) {
            throw refused(
                    path + ".thresholds.endFactor", "at most factor (" + thresholds.get("factor") + ") expected", node);
        }
        return rule;
    }

    private static Rule required(String path, Node parent, Rule before) {
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
