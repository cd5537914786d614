package io.tidegate.replay.mapping;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads a mapping from YAML. */
public final class MappingFile {

    private static final Pattern DURATION = Pattern.compile("(-?\\d{1,9})(ms|s|m|h)");

    private final Map<String, String> columnUses = new LinkedHashMap<>();

    private MappingFile() {}

    /** @throws MappingException where the file isn't YAML or isn't a mapping */
    public static Mapping read(Path file) throws IOException {
        String name = file.getFileName().toString();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            Node root = new Yaml(new LoaderOptions()).compose(reader);
            if (root == null) {
                throw new MappingException(name + ":1:1: the file is empty");
            }
            return new MappingFile().mapping(YamlNode.root(name, root));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            int column = e.getProblemMark() == null ? 1 : e.getProblemMark().getColumn() + 1;
            throw located(name + ":" + line + ":" + column + ": not YAML: " + e.getProblem(), e);
        } catch (YAMLException | CharacterCodingException e) {
            throw located(name + ": not YAML: " + e.getMessage(), e);
        }
    }

    private static MappingException located(String message, Exception cause) {
        MappingException exception = new MappingException(message);
        exception.initCause(cause);
        return exception;
    }

    private Mapping mapping(YamlNode root) {
        Map<String, YamlNode> keys = root.members(List.of("format", "charset", "missing", "time", "sort", "events"));
        Format format = format(root.required(keys, "format"));
        Charset charset = YamlNode.optional(keys, "charset").map(this::charset).orElse(StandardCharsets.UTF_8);
        Set<String> missing = new LinkedHashSet<>(
                YamlNode.optional(keys, "missing").map(YamlNode::names).orElse(List.of()));
        missing.add("");
        TimeColumn time = time(root.required(keys, "time"));
        Mapping.Sort sort = YamlNode.optional(keys, "sort")
                .map(node -> node.oneOf(List.of("none", "time")).equals("time") ? Mapping.Sort.TIME : Mapping.Sort.NONE)
                .orElse(Mapping.Sort.NONE);
        List<EventTemplate> events = new ArrayList<>();
        YamlNode list = root.required(keys, "events");
        for (YamlNode event : list.items()) {
            events.add(event(event));
        }
        if (events.isEmpty()) {
            throw list.error("empty");
        }
        List<Mapping.ColumnUse> uses = columnUses.entrySet().stream()
                .map(use -> new Mapping.ColumnUse(use.getKey(), use.getValue()))
                .toList();
        return new Mapping(format, charset, missing, time, sort, events, uses);
    }

    private Format format(YamlNode node) {
        Map<String, YamlNode> any = node.members(List.of("type", "header", "columns", "delimiter", "quote"));
        String type = node.required(any, "type").oneOf(List.of("csv", "whitespace", "ndjson"));
        return switch (type) {
            case "csv" -> csv(node);
            case "whitespace" ->
                new Format.Whitespace(node.required(node.members(List.of("type", "columns")), "columns")
                        .names());
            default -> {
                node.members(List.of("type"));
                yield new Format.Ndjson();
            }
        };
    }

    private static Format csv(YamlNode node) {
        Map<String, YamlNode> keys = node.members(List.of("type", "header", "columns", "delimiter", "quote"));
        boolean header = YamlNode.optional(keys, "header").map(YamlNode::flag).orElse(true);
        Optional<YamlNode> columns = YamlNode.optional(keys, "columns");
        if (header && columns.isPresent()) {
            throw columns.get().error("the header names the columns; 'header: false' where there is none");
        }
        List<String> names = header ? List.of() : node.required(keys, "columns").names();
        char delimiter =
                YamlNode.optional(keys, "delimiter").map(YamlNode::character).orElse(',');
        char quote = YamlNode.optional(keys, "quote").map(YamlNode::character).orElse('"');
        if (delimiter == quote) {
            throw node.error("delimiter and quote are the same character");
        }
        return new Format.Csv(names, delimiter, quote);
    }

    private Charset charset(YamlNode node) {
        try {
            return Charset.forName(node.text());
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw located(node.place() + ": no character set is called '" + node.text() + "'", e);
        }
    }

    private TimeColumn time(YamlNode node) {
        Map<String, YamlNode> keys = node.members(List.of("column", "format", "zone"));
        YamlNode column = node.required(keys, "column");
        use(Set.of(column.text()), column);
        YamlNode formatNode = node.required(keys, "format");
        List<String> names = Arrays.stream(TimeColumn.TimeFormat.values())
                .map(TimeColumn.TimeFormat::yamlName)
                .toList();
        TimeColumn.TimeFormat format = TimeColumn.TimeFormat.values()[names.indexOf(formatNode.oneOf(names))];
        Optional<ZoneId> zone = YamlNode.optional(keys, "zone").map(this::zone);
        if (zone.isPresent() && format != TimeColumn.TimeFormat.ISO_8601) {
            throw keys.get("zone").error("only ISO times have a zone");
        }
        return new TimeColumn(column.text(), format, zone, column.path());
    }

    private ZoneId zone(YamlNode node) {
        try {
            return ZoneId.of(node.text());
        } catch (DateTimeException e) {
            throw located(node.place() + ": no time zone is called '" + node.text() + "'", e);
        }
    }

    private EventTemplate event(YamlNode node) {
        Map<String, YamlNode> keys = node.members(List.of("type", "when", "offset", "fields", "attributes"));
        YamlNode typeNode = node.required(keys, "type");
        TextTemplate type = parse(typeNode, TextTemplate::parse);
        use(type.columns(), typeNode);
        String constantType = type.isConstant() ? typeNode.oneOf(EventContract.types()) : null;
        Condition when = YamlNode.optional(keys, "when")
                .map(whenNode -> {
                    Condition condition = parse(whenNode, Condition::parse);
                    use(condition.columns(), whenNode);
                    return condition;
                })
                .orElse(Condition.ALWAYS);
        Duration offset =
                YamlNode.optional(keys, "offset").map(MappingFile::duration).orElse(Duration.ZERO);
        YamlNode fieldsNode = node.required(keys, "fields");
        Map<String, YamlNode> given = fieldsNode.members(EventContract.fields(constantType));
        for (String required : EventContract.required(constantType)) {
            fieldsNode.required(given, required);
        }
        Collection<YamlNode> attributes = YamlNode.optional(keys, "attributes")
                .map(attributesNode -> attributesNode.members().values())
                .orElse(List.of());
        return new EventTemplate(type, when, offset, fields(given.values()), fields(attributes), node.path());
    }

    private List<EventTemplate.Field> fields(Collection<YamlNode> nodes) {
        List<EventTemplate.Field> fields = new ArrayList<>();
        for (YamlNode node : nodes) {
            FieldValue value = parse(node, FieldValue::parse);
            use(value.columns(), node);
            fields.add(new EventTemplate.Field(node.name(), value, node.path()));
        }
        return fields;
    }

    private static Duration duration(YamlNode node) {
        Matcher matcher = DURATION.matcher(node.text());
        if (!matcher.matches()) {
            throw node.error("'" + node.text() + "' is no duration like 250ms, 1s, 5m or 2h");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    private static <T> T parse(YamlNode node, Function<String, T> parser) {
        try {
            return parser.apply(node.text());
        } catch (SyntaxException e) {
            throw located(node.place() + ": " + e.getMessage(), e);
        }
    }

    private void use(Set<String> columns, YamlNode node) {
        for (String column : columns) {
            columnUses.putIfAbsent(column, node.place());
        }
    }
}
